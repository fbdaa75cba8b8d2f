package io.loramer.tools.report;

import io.loramer.training.EpochMetrics;
import io.loramer.training.Prediction;
import io.loramer.training.Provenance;
import io.loramer.training.RunConfig;
import io.loramer.training.RunFolder;
import io.loramer.training.RunMetrics;
import io.loramer.training.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run that has ended.
 *
 * @param name below the folder of the experiment, such as {@code fold-1/seed-1}
 * @param predictions of its validation and test splits
 */
record ReportedRun(
    String name,
    Path folder,
    RunConfig config,
    Provenance provenance,
    RunMetrics metrics,
    List<Prediction> predictions) {

  /**
   * Reads a run.
   *
   * @throws IOException if it is none, or has not ended
   */
  static ReportedRun read(String name, Path folder) throws IOException {
    RunFolder run = new RunFolder(folder);
    return new ReportedRun(
        name,
        folder,
        run.readConfig(),
        run.readProvenance(),
        run.readMetrics(),
        run.readPredictions());
  }

  /** Returns the predictions of its test split. */
  List<Prediction> tested() {
    return predictions.stream().filter(p -> p.split().equals(Optional.of(Split.TEST))).toList();
  }

  List<EpochMetrics> epochs() {
    return metrics.epochs();
  }
}
