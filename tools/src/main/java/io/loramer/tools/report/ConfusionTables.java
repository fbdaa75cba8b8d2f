package io.loramer.tools.report;

import io.loramer.recognition.measures.SplitMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The confusion matrix of the tested utterances of all runs, and the recall of each emotion. */
final class ConfusionTables {
  /**
   * The colour of a cell with share 1, in percent of the full colour, so that its text is legible.
   */
  private static final double DEEPEST_PERCENT = 55;

  private final Experiment experiment;
  private final List<String> labels;
  private final List<List<Integer>> counts;

  /**
   * Counts the predictions.
   *
   * @param experiment an experiment with a test split
   */
  ConfusionTables(Experiment experiment) {
    this.experiment = experiment;
    this.labels = experiment.labels();
    this.counts = SplitMetrics.confusionMatrix(labels, experiment.tested()).counts();
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
        (experiment.isSingleRun()
                ? "Counts on the test split"
                : "Counts over the test folds of all runs (%d)".formatted(experiment.runs().size()))
            + ", and below each its share of the row.",
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
    double chance = 1.0 / labels.size();
    return Figure.of(
        heading,
        intervals()
            + String.format(
                Locale.ROOT, "; n: number of distinct utterances. Dashed: chance (%.2f).", chance),
        new IntervalChart(heading, "recall", rows, OptionalDouble.of(chance)).svg());
  }

  private String intervals() {
    String wilson = "of Wilson, which treat the utterances of a speaker as independent";
    return experiment.summary().filter(s -> s.interval().clusters() > 1).isPresent()
        ? "With 95 % intervals by resampling speakers with replacement; where all speakers have"
            + " the same recall, those "
            + wilson
        : "With 95 % intervals " + wilson;
  }

  private IntervalChart.Row recall(String label, double recall) {
    int utterances = Math.toIntExact(experiment.utterances().get(label));
    Interval interval =
        experiment
            .summary()
            .map(summary -> summary.recall().get(label))
            .flatMap(Interval::of)
            .orElseGet(() -> Interval.wilson(recall, utterances));
    String text =
        String.format(
            Locale.ROOT,
            "%.3f [%.3f, %.3f]%s, n = %d",
            recall,
            interval.low(),
            interval.high(),
            experiment.isSingleRun() || interval.trials().isEmpty() ? "" : " Wilson",
            utterances);
    return new IntervalChart.Row(label, text, recall, interval, OptionalDouble.empty());
  }

  private static int sum(List<Integer> row) {
    return row.stream().mapToInt(Integer::intValue).sum();
  }
}
