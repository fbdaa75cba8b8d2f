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
    add(
        figures,
        "Loss",
        "nats",
        howToRead(),
        List.of(
            curve("cross-entropy, training", EpochMetrics::crossEntropy),
            curve("cross-entropy, validation", EpochMetrics::validationCrossEntropy),
            mutualInformation().flatMap(any -> curve("whole loss, training", EpochMetrics::loss))));
    add(
        figures,
        "Unweighted accuracy on the validation split",
        "UA",
        "The epoch with the highest value is the best epoch, whose weights are kept.",
        List.of(curve("validation UA", EpochMetrics::validationUa)));
    MineConfig mine = runs.get(0).config().head().mine();
    add(
        figures,
        "Mutual information of audio and text",
        "nats",
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
    String runsStop = "a stroke at the bottom marks a run's best epoch.";
    return runs.size() == 1
        ? "One run; " + runsStop
        : "Mean of "
            + runs.size()
            + " runs, paler where some have stopped; the band is one standard deviation; "
            + runsStop;
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
      String axis,
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
            ? Figure.of(heading, caption, chart.svg(), chart.legend())
            : Figure.of(heading, caption, chart.svg()));
  }
}
