package io.loramer.tools.report;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.config.RunConfig;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.Provenance;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The results of a finished run.
 *
 * @param name its path in the folder of the experiment, such as {@code fold-1/seed-1}
 * @param predictions the predictions of its validation and test splits
 * @param measured the split for its scores: test, or validation with the paper's protocol
 */
record ReportedRun(
    String name,
    Path folder,
    RunConfig config,
    Provenance provenance,
    RunMetrics metrics,
    List<Prediction> predictions,
    Split measured) {

  /**
   * Reads the results of a run.
   *
   * @throws IOException if the folder is not a run, or the run has not ended
   */
  static ReportedRun read(String name, Path folder, Split measured) throws IOException {
    RunFolder run = new RunFolder(folder);
    return new ReportedRun(
        name,
        folder,
        run.readConfig(),
        run.readProvenance(),
        run.readMetrics(),
        run.readPredictions(),
        measured);
  }

  /** Returns the predictions of the split for its scores. */
  List<Prediction> tested() {
    return predictions.stream().filter(p -> p.split().equals(Optional.of(measured))).toList();
  }

  /** Returns the metrics of that split; empty for a run without a test split. */
  Optional<SplitMetrics> test() {
    return measured == Split.TEST ? metrics.test() : Optional.of(metrics.validation());
  }

  List<EpochMetrics> epochs() {
    return metrics.epochs();
  }
}
