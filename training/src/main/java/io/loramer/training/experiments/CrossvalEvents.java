package io.loramer.training.experiments;

import io.loramer.recognition.measures.Distribution;
import io.loramer.tensorboard.Category;
import io.loramer.tensorboard.Chart;
import io.loramer.tensorboard.Layout;
import io.loramer.tensorboard.MarginChartContent;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.tensorboard.EventFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Writes the learning curves of a cross-validation for TensorBoard.
 *
 * <p>They are the mean over the runs and the mean ± the sample standard deviation of each epoch,
 * which TensorBoard's custom scalars show as a margin. Runs end at different epochs. The curves end
 * with the shortest run: beyond it, the mean would depend on which runs are left.
 */
final class CrossvalEvents {
  private static final List<Curve> CURVES =
      List.of(
          new Curve("validation_UA", e -> OptionalDouble.of(e.validationUa())),
          new Curve("validation_WA", e -> OptionalDouble.of(e.validationWa())),
          new Curve("validation_cross_entropy", e -> OptionalDouble.of(e.validationCrossEntropy())),
          new Curve("loss", e -> OptionalDouble.of(e.loss())),
          new Curve("mutual_information_nats", EpochMetrics::mutualInformation));

  private CrossvalEvents() {}

  /**
   * A measure of each epoch.
   *
   * @param value absent for models without this measure
   */
  private record Curve(String name, Function<EpochMetrics, OptionalDouble> value) {
    String tag(String kind) {
      return "folds/" + name + "/" + kind;
    }
  }

  /**
   * Writes a file of events, which replaces the events of earlier files in the folder.
   *
   * @param runs that have ended
   */
  static void write(Path folder, List<RunMetrics> runs) throws IOException {
    int epochs = runs.stream().mapToInt(run -> run.epochs().size()).min().orElseThrow();
    Category.Builder charts = Category.newBuilder().setTitle("Folds: mean ± standard deviation");
    try (EventFile file = EventFile.open(folder, 0, InstantSource.system())) {
      for (Curve curve : CURVES) {
        if (epochs > 0 && curve.value().apply(runs.get(0).epochs().get(0)).isPresent()) {
          record(file, curve, runs, epochs);
          charts.addChart(0, chart(curve)); // TensorBoard shows the last chart first
        }
      }
      file.layout(Layout.newBuilder().addCategory(charts).build());
    }
  }

  private static void record(EventFile file, Curve curve, List<RunMetrics> runs, int epochs)
      throws IOException {
    for (int epoch = 1; epoch <= epochs; epoch++) {
      int index = epoch - 1;
      Distribution values =
          Distribution.of(
              runs.stream()
                  .mapToDouble(run -> curve.value().apply(run.epochs().get(index)).orElseThrow()));
      double mean = values.mean();
      double sd = values.deviation();
      file.scalar(curve.tag("mean"), epoch, mean);
      file.scalar(curve.tag("mean_minus_sd"), epoch, mean - sd);
      file.scalar(curve.tag("mean_plus_sd"), epoch, mean + sd);
    }
  }

  private static Chart chart(Curve curve) {
    MarginChartContent.Series series =
        MarginChartContent.Series.newBuilder()
            .setValue(curve.tag("mean"))
            .setLower(curve.tag("mean_minus_sd"))
            .setUpper(curve.tag("mean_plus_sd"))
            .build();
    return Chart.newBuilder()
        .setTitle(curve.name())
        .setMargin(MarginChartContent.newBuilder().addSeries(series))
        .build();
  }
}
