package io.loramer.tools.report;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfig.Adaptation;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.experiments.CrossvalSummary;
import io.loramer.training.experiments.FoldsBy;
import io.loramer.training.experiments.MeasureSummary;
import io.loramer.training.experiments.Protocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The runs of one configuration, over folds and seeds; or a single run.
 *
 * @param name which tells it from the others of a sweep
 * @param summary of a cross-validation; absent of a single run
 * @param paper what the paper reports of this configuration: UA and WA in percent, if it does
 */
record Experiment(
    String name,
    Path folder,
    List<ReportedRun> runs,
    Optional<CrossvalSummary> summary,
    Map<String, Double> paper) {
  static final String CHOSEN_ON_TEST = "best epoch on test";
  static final String SPEAKER_DEPENDENT = "speaker-dependent";

  /** Returns what its runs share, without their folds and seeds. */
  RunConfig config() {
    RunConfig first = runs.get(0).config();
    return summary.isPresent()
        ? first
            .withData(first.data().withSplits(SplitConfig.none(), SplitConfig.none()))
            .withSeed(0)
        : first;
  }

  List<String> labels() {
    return runs.get(0).metrics().validation().labels();
  }

  /**
   * Returns what has to stand beside the scores: that the runs' epochs were chosen by the
   * utterances that measure them, as the paper's authors did, or that the tested speakers were
   * heard in training. Both make the scores better than those of other experiments.
   */
  List<String> caveats() {
    List<String> caveats = new ArrayList<>();
    summary.ifPresent(
        measured -> {
          if (measured.protocol() == Protocol.PAPER) {
            caveats.add(CHOSEN_ON_TEST);
          }
          if (measured.foldsBy() == FoldsBy.UTTERANCE) {
            caveats.add(SPEAKER_DEPENDENT);
          }
        });
    return caveats;
  }

  /** Returns the unweighted accuracy; absent of a run without a test split. */
  Optional<Score> ua() {
    return score(CrossvalSummary::unweightedAccuracy, SplitMetrics::unweightedAccuracy);
  }

  /** Returns the weighted accuracy; absent of a run without a test split. */
  Optional<Score> wa() {
    return score(CrossvalSummary::weightedAccuracy, SplitMetrics::weightedAccuracy);
  }

  private Optional<Score> score(
      Function<CrossvalSummary, MeasureSummary> ofRuns, Function<SplitMetrics, Double> ofOne) {
    return summary.isPresent()
        ? summary.map(ofRuns).map(Score::of)
        : runs.get(0).test().map(ofOne).map(Score::of);
  }

  /** Returns the predictions of all runs' test folds. */
  List<Prediction> tested() {
    return runs.stream().flatMap(run -> run.tested().stream()).toList();
  }

  /** Returns the modality as the paper's Table 1 names it. */
  String modality() {
    boolean hears = config().audio().encoder().isPresent();
    boolean reads = config().text().activeEncoder().isPresent();
    return hears && reads ? "Audio+Text" : hears ? "Audio" : "Text";
  }

  /** Returns a model as the paper's Table 1 names it, such as LoRA WavLM + Frozen RoBERTa. */
  static String model(RunConfig config) {
    String adaptation = config.audio().adaptation() == Adaptation.LORA ? "LoRA " : "Frozen ";
    return Stream.concat(
            config.audio().encoder().map(encoder -> adaptation + encoder.getFileName()).stream(),
            config.text().activeEncoder().map(e -> "Frozen " + e.getFileName()).stream())
        .collect(joining(" + "));
  }
}
