package io.loramer.tools.report;

import io.loramer.model.information.MineConfig;
import io.loramer.training.run.EpochMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The learning curves of runs: losses, validation UA and the estimated mutual information. */
final class LearningCurves {
  private final List<ReportedRun> runs;

  LearningCurves(List<ReportedRun> runs) {
    this.runs = runs;
  }

  List<Element> figures() {
    List<Element> figures = new ArrayList<>();
    int labels = runs.get(0).metrics().validation().labels().size();
    add(
        figures,
        "Loss",
        new LineChart.Axis("nats", List.of(), OptionalDouble.of(Math.log(labels))),
        howToRead()
            + " Grey, dashed: the cross-entropy of equal probabilities for all %d labels."
                .formatted(labels),
        List.of(
            curve("cross-entropy, training", EpochMetrics::crossEntropy),
            curve("cross-entropy, validation", EpochMetrics::validationCrossEntropy),
            mutualInformation().flatMap(any -> curve("whole loss, training", EpochMetrics::loss))));
    add(
        figures,
        "Unweighted accuracy on the validation split",
        new LineChart.Axis("UA", List.of(0.0, 1.0), OptionalDouble.of(1.0 / labels)),
        String.format(
            Locale.ROOT,
            "The epoch with the highest value%s is the best epoch, whose weights are kept. Grey, dashed:"
                + " chance (%.2f).",
            runs.size() == 1 ? "" : " of a run",
            1.0 / labels),
        List.of(curve("validation UA", EpochMetrics::validationUa)));
    MineConfig mine = runs.get(0).config().head().mine();
    add(
        figures,
        "Mutual information of audio and text",
        new LineChart.Axis("nats", List.of(), OptionalDouble.empty()),
        String.format(
            Locale.ROOT,
            "Estimate (%s) on the training batches, mean over the steps of each epoch; its weight"
                + " in the loss is λ = %s.",
            mine.estimator().name().toLowerCase(Locale.ROOT),
            mine.lambda()),
        List.of(mutualInformation()));
    return figures;
  }

  private String howToRead() {
    return runs.size() == 1
        ? "The stroke at the bottom marks the best epoch."
        : "Mean of "
            + runs.size()
            + " runs, paler where some have stopped; the band is one standard deviation; a stroke"
            + " at the bottom marks a run's best epoch.";
  }

  private Optional<Curve> mutualInformation() {
    return Curve.of("estimate", runs, EpochMetrics::mutualInformation);
  }

  private Optional<Curve> curve(String name, Function<EpochMetrics, Double> measure) {
    return Curve.of(name, runs, epoch -> OptionalDouble.of(measure.apply(epoch)));
  }

  private void add(
      List<Element> figures,
      String heading,
      LineChart.Axis axis,
      String caption,
      List<Optional<Curve>> measured) {
    List<Curve> curves = measured.stream().flatMap(Optional::stream).toList();
    if (curves.isEmpty()) {
      return;
    }
    List<Integer> bestEpochs =
        runs.stream().map(run -> run.metrics().bestEpoch()).filter(epoch -> epoch > 0).toList();
    LineChart chart = new LineChart(heading, axis, curves, bestEpochs);
    figures.add(
        curves.size() > 1
            ? Figure.of(heading, caption + chart.overlaps(), chart.svg(), chart.legend())
            : Figure.of(heading, caption, chart.svg()));
  }
}
