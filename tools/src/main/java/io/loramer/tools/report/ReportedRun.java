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
 * A run that has ended.
 *
 * @param name below the folder of the experiment, such as {@code fold-1/seed-1}
 * @param predictions of its validation and test splits
 * @param measured the split that measures it: test, but for the paper's protocol
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
   * Reads a run.
   *
   * @throws IOException if it is none, or has not ended
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

  /** Returns the predictions that it is measured by. */
  List<Prediction> tested() {
    return predictions.stream().filter(p -> p.split().equals(Optional.of(measured))).toList();
  }

  /** Returns how it did there; absent of a run without a test split. */
  Optional<SplitMetrics> test() {
    return measured == Split.TEST ? metrics.test() : Optional.of(metrics.validation());
  }

  List<EpochMetrics> epochs() {
    return metrics.epochs();
  }
}
