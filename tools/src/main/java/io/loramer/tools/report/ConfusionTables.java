package io.loramer.tools.report;

import io.loramer.training.Prediction;
import io.loramer.training.SplitMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** What was taken for what on the test splits of all runs, and the recall of each emotion. */
final class ConfusionTables {
  /** A cell at 1 is this much of the full colour, so that its text stays legible. */
  private static final double DEEPEST_PERCENT = 55;

  private final List<String> labels;
  private final List<Prediction> tested;
  private final int runs;
  private final int[][] counts;

  /**
   * Counts predictions.
   *
   * @param tested those of all runs; an utterance occurs as often as there are seeds
   */
  ConfusionTables(List<String> labels, List<Prediction> tested, int runs) {
    this.labels = labels;
    this.tested = tested;
    this.runs = runs;
    var matrix = SplitMetrics.confusionMatrix(labels, tested);
    this.counts =
        IntStream.range(0, labels.size())
            .mapToObj(
                i -> IntStream.range(0, labels.size()).map(j -> matrix.count(i, j)).toArray())
            .toArray(int[][]::new);
  }

  /** Returns the confusion matrix: counts and shares of the row. */
  Element confusion() {
    Element table =
        Element.of("table", Element.of("caption", "Rows: true emotion. Columns: recognised as."))
            .with("class", "confusion");
    List<String> head = new ArrayList<>(List.of("true"));
    head.addAll(labels);
    head.add("all");
    table.add(Figure.head(head.toArray(String[]::new)));
    Element body = Element.of("tbody");
    for (int i = 0; i < labels.size(); i++) {
      body.add(row(i));
    }
    return Figure.of(
        "Confusion matrix",
        "Counts over the test splits of all runs (%d), and below each its share of the row."
            .formatted(runs),
        Figure.table(table.add(body)));
  }

  private Element row(int truth) {
    int support = IntStream.of(counts[truth]).sum();
    Element row = Element.of("tr", Element.of("th", labels.get(truth)).with("scope", "row"));
    for (int count : counts[truth]) {
      double share = support == 0 ? 0 : (double) count / support;
      row.add(
          Element.of("td", Integer.toString(count))
              .with("style", "--share: " + Element.pixels(DEEPEST_PERCENT * share) + "%")
              .add(
                  Element.of(
                      "span",
                      support == 0 ? "–" : String.format(Locale.ROOT, "%.0f %%", 100 * share))));
    }
    return row.add(Element.of("td", Integer.toString(support)).with("class", "total"));
  }

  /**
   * Returns the recall of each emotion. Seeds repeat an utterance, so the interval counts
   * utterances, not predictions.
   */
  Element recall() {
    List<IntervalChart.Row> rows = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      int support = IntStream.of(counts[i]).sum();
      int utterances = distinct(labels.get(i));
      if (utterances > 0) {
        double recall = (double) counts[i][i] / support;
        Interval interval = Interval.wilson(recall, utterances);
        String text =
            String.format(
                Locale.ROOT,
                "%.3f [%.3f, %.3f], n = %d",
                recall,
                interval.low(),
                interval.high(),
                utterances);
        rows.add(
            new IntervalChart.Row(
                labels.get(i), text, recall, interval, OptionalDouble.empty()));
      }
    }
    double chance = 1.0 / labels.size();
    return Figure.of(
        "Recall of each emotion",
        "With 95 % intervals (Wilson) for n different utterances, as if these were independent,"
            + " which those of one speaker are not. Dashed: chance.",
        new IntervalChart("Recall of each emotion", "recall", rows, OptionalDouble.of(chance))
            .svg());
  }

  private int distinct(String label) {
    Collection<String> ids =
        tested.stream().filter(p -> p.label().equals(label)).map(Prediction::id).distinct().toList();
    return ids.size();
  }
}
