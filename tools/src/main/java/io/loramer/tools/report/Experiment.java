package io.loramer.tools.report;

import static java.util.stream.Collectors.joining;

import io.loramer.training.Prediction;
import io.loramer.training.RunConfig;
import io.loramer.training.RunConfig.Adaptation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The runs of one configuration, over folds and seeds; or a single run.
 *
 * @param name of its folder
 * @param bestEpochOnTest whether the runs' epochs were chosen on their test splits, as the paper's
 *     authors did, which makes the scores too good
 * @param folds what the folds are made of, session or speaker, if there are folds
 * @param ua unweighted accuracy on the test splits
 * @param wa weighted accuracy on the test splits
 * @param paper what the paper reports of this configuration
 */
record Experiment(
    String name,
    boolean bestEpochOnTest,
    Optional<String> folds,
    List<ReportedRun> runs,
    Optional<Score> ua,
    Optional<Score> wa,
    Optional<Paper> paper) {

  /** Accuracies that the paper reports, as shares. */
  record Paper(double ua, double wa) {}

  /** Returns the first run's configuration; others differ in folds and seeds. */
  RunConfig config() {
    return runs.get(0).config();
  }

  List<String> labels() {
    return runs.get(0).metrics().validation().labels();
  }

  /** Returns the predictions of all runs' test splits. */
  List<Prediction> tested() {
    return runs.stream().flatMap(run -> run.tested().stream()).toList();
  }

  /** Returns the modality as the paper's Table 1 names it. */
  String modality() {
    boolean hears = config().audio().encoder().isPresent();
    boolean reads = config().text().activeEncoder().isPresent();
    return hears && reads ? "Audio+Text" : hears ? "Audio" : "Text";
  }

  /** Returns the model as the paper's Table 1 names it, such as LoRA WavLM + Frozen RoBERTa. */
  String model() {
    RunConfig config = config();
    String adaptation = config.audio().adaptation() == Adaptation.LORA ? "LoRA " : "Frozen ";
    return Stream.concat(
            config.audio().encoder().map(encoder -> adaptation + name(encoder)).stream(),
            config.text().activeEncoder().map(encoder -> "Frozen " + name(encoder)).stream())
        .collect(joining(" + "));
  }

  private static String name(Path encoder) {
    return String.valueOf(encoder.getFileName());
  }
}
