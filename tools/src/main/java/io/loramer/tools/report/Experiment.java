package io.loramer.tools.report;

import static java.util.Comparator.naturalOrder;
import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

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
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The runs of one configuration over folds and seeds, or a single run.
 *
 * @param name its name in a sweep
 * @param summary the summary of the cross-validation; empty for a single run
 * @param paper the UA and WA in percent that the paper reports for this configuration; may be empty
 */
record Experiment(
    String name,
    Path folder,
    List<ReportedRun> runs,
    Optional<CrossvalSummary> summary,
    Map<String, Double> paper) {
  static final String CHOSEN_ON_TEST = "best epoch on test";
  static final String SPEAKER_DEPENDENT = "speaker-dependent";

  /**
   * The scores of an answer that does not depend on the utterance.
   *
   * @param labels the number of labels
   * @param weightedAccuracy of always answering the label that most utterances have
   */
  record Chance(int labels, double weightedAccuracy) {
    /** Returns the scores for utterances, of which there is at least one. */
    static Chance of(int labels, List<Prediction> tested) {
      long most =
          Collections.max(
              tested.stream().collect(groupingBy(Prediction::label, counting())).values());
      return new Chance(labels, (double) most / tested.size());
    }

    /** Returns the unweighted accuracy, and the recall of each label, of a guess at random. */
    double unweightedAccuracy() {
      return 1.0 / labels;
    }
  }

  /** Returns the configuration of its runs, without their folds and seeds. */
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
   * Returns the caveats to print beside the scores: that the best epochs were chosen on the test
   * utterances, as the paper's authors did, or that the test speakers are also in the training
   * data. Both make the scores higher than those of other experiments.
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

  /** Returns whether this is a single run, which has neither folds nor seeds. */
  boolean isSingleRun() {
    return summary.isEmpty();
  }

  /**
   * Returns the unweighted accuracy; empty for a run without a test split.
   *
   * <p>With recalls p_i of K labels, each of n_i independent utterances, its variance is Σ p_i (1 −
   * p_i) / n_i / K². That is at most p (1 − p) / n for their mean p and n = K min n_i, so the
   * interval of Wilson with this n is not too narrow.
   */
  Optional<Score> ua() {
    Collection<Long> ofEachLabel = utterances().values();
    int trials = (int) (ofEachLabel.size() * ofEachLabel.stream().min(naturalOrder()).orElse(0L));
    return score(CrossvalSummary::unweightedAccuracy, SplitMetrics::unweightedAccuracy, trials);
  }

  /** Returns the weighted accuracy; empty for a run without a test split. */
  Optional<Score> wa() {
    int trials = (int) utterances().values().stream().mapToLong(Long::longValue).sum();
    return score(CrossvalSummary::weightedAccuracy, SplitMetrics::weightedAccuracy, trials);
  }

  private Optional<Score> score(
      Function<CrossvalSummary, MeasureSummary> ofRuns,
      Function<SplitMetrics, Double> ofOne,
      int trials) {
    return summary.isPresent()
        ? summary.map(ofRuns).map(measure -> Score.of(measure, trials))
        : runs.get(0).test().map(ofOne).map(value -> Score.of(value, trials));
  }

  /** Returns the scores that need no model; empty for a run without a test split. */
  Optional<Chance> chance() {
    List<Prediction> tested = tested();
    return tested.isEmpty() ? Optional.empty() : Optional.of(Chance.of(labels().size(), tested));
  }

  /** Counts the distinct tested utterances of each label that occurs; each seed tests them all. */
  Map<String, Long> utterances() {
    return tested().stream()
        .collect(
            groupingBy(
                Prediction::label,
                mapping(Prediction::id, collectingAndThen(toSet(), ids -> (long) ids.size()))));
  }

  /** Returns the predictions of all runs' test folds. */
  List<Prediction> tested() {
    return runs.stream().flatMap(run -> run.tested().stream()).toList();
  }

  /** Returns the modality as the paper's Table 1 names it. */
  String modality() {
    boolean usesAudio = config().audio().encoder().isPresent();
    boolean usesText = config().text().activeEncoder().isPresent();
    return usesAudio && usesText ? "Audio+Text" : usesAudio ? "Audio" : "Text";
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
