package io.loramer.tools.report;

import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The confusion matrix over the test folds of all runs, and the recall of each emotion. */
final class ConfusionTables {
  /**
   * The colour of a cell with share 1, in percent of the full colour, so that its text is legible.
   */
  private static final double DEEPEST_PERCENT = 55;

  private final Experiment experiment;
  private final List<String> labels;
  private final List<Prediction> tested; // each utterance occurs once per seed
  private final List<List<Integer>> counts;

  /**
   * Counts the predictions.
   *
   * @param experiment an experiment with a test split
   */
  ConfusionTables(Experiment experiment) {
    this.experiment = experiment;
    this.labels = experiment.labels();
    this.tested = experiment.tested();
    this.counts = SplitMetrics.confusionMatrix(labels, tested).counts();
  }

  /** Returns the confusion matrix: counts and shares of the row. */
  Element confusion() {
    Element table =
        Element.of("table", Element.of("caption", "Rows: true emotion. Columns: recognised as."))
            .with("class", "confusion");
    List<String> head = new ArrayList<>(List.of("true"));
    head.addAll(labels);
    head.add("all");
    table.add(Figure.head(head));
    Element body = Element.of("tbody");
    for (int i = 0; i < labels.size(); i++) {
      body.add(row(i));
    }
    return Figure.of(
        "Confusion matrix",
        "Counts over the test folds of all runs (%d), and below each its share of the row."
            .formatted(experiment.runs().size()),
        Figure.table(table.add(body)));
  }

  private Element row(int truth) {
    int support = sum(counts.get(truth));
    Element row = Element.of("tr", Element.of("th", labels.get(truth)).with("scope", "row"));
    for (int count : counts.get(truth)) {
      double share = support == 0 ? 0 : (double) count / support;
      row.add(
          Element.of("td", count + " ")
              .with("style", "--share: " + Element.pixels(DEEPEST_PERCENT * share) + "%")
              .add(
                  Element.of(
                      "span",
                      support == 0 ? "–" : String.format(Locale.ROOT, "%.0f %%", 100 * share))));
    }
    return row.add(Element.of("td", Integer.toString(support)).with("class", "total"));
  }

  /** Returns the recall of each emotion that occurs. */
  Element recall() {
    List<IntervalChart.Row> rows = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      int support = sum(counts.get(i));
      if (support > 0) {
        rows.add(recall(labels.get(i), (double) counts.get(i).get(i) / support));
      }
    }
    String heading = "Recall of each emotion";
    String intervals =
        experiment.summary().filter(s -> s.interval().clusters() > 1).isPresent()
            ? "With 95 % intervals by resampling speakers with replacement"
            : "With 95 % intervals (Wilson), which treat the utterances of a speaker as"
                + " independent";
    double chance = 1.0 / labels.size();
    return Figure.of(
        heading,
        intervals + "; n: number of distinct utterances. Dashed: chance.",
        new IntervalChart(heading, "recall", rows, OptionalDouble.of(chance)).svg());
  }

  private IntervalChart.Row recall(String label, double recall) {
    long utterances =
        tested.stream().filter(p -> p.label().equals(label)).map(Prediction::id).distinct().count();
    Interval interval =
        experiment
            .summary()
            .map(summary -> summary.recall().get(label))
            .flatMap(Interval::of)
            .orElseGet(() -> Interval.wilson(recall, utterances));
    String text =
        String.format(
            Locale.ROOT,
            "%.3f [%.3f, %.3f], n = %d",
            recall,
            interval.low(),
            interval.high(),
            utterances);
    return new IntervalChart.Row(label, text, recall, interval, OptionalDouble.empty());
  }

  private static int sum(List<Integer> row) {
    return row.stream().mapToInt(Integer::intValue).sum();
  }
}
