package io.loramer.training.experiments;

import io.loramer.recognition.measures.ConfusionMatrix;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.run.RunMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The results of a cross-validation: {@code summary.json}.
 *
 * @param note the note that must accompany every number
 * @param runs one per fold and seed
 * @param recall of each class that occurs
 * @param confusion of all runs together: rows true, columns predicted, in the order of the labels
 * @param interval the method by which the measures' intervals were computed
 * @param warnings about the manifest's marks and the labels of each fold; summaries of earlier
 *     versions have none
 */
public record CrossvalSummary(
    Protocol protocol,
    String note,
    FoldsBy foldsBy,
    int folds,
    List<Long> seeds,
    List<Run> runs,
    MeasureSummary unweightedAccuracy,
    MeasureSummary weightedAccuracy,
    MeasureSummary macroF1,
    Map<String, MeasureSummary> recall,
    List<String> labels,
    List<List<Integer>> confusion,
    Interval interval,
    List<String> warnings) {

  public CrossvalSummary {
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }

  /**
   * One run.
   *
   * @param folder below that of the cross-validation
   * @param measured the metrics on its fold
   */
  public record Run(
      int fold,
      long seed,
      String folder,
      int bestEpoch,
      int epochs,
      long trainableParameters,
      SplitMetrics measured) {}

  /**
   * The method by which intervals were computed.
   *
   * @param level the share of the resamples inside the interval
   * @param resampled the unit that was drawn with replacement
   * @param clusters the number of these units
   * @param resamples the number of resamples
   */
  public record Interval(double level, String resampled, int clusters, int resamples, long seed) {}

  /**
   * The results of a run that has ended.
   *
   * @param measured the predictions of its fold
   */
  record Outcome(int fold, long seed, RunMetrics metrics, List<Prediction> measured) {}

  /** Summarises the runs of a plan. */
  static CrossvalSummary of(CrossvalPlan plan, List<Outcome> outcomes, List<String> warnings) {
    List<String> labels = outcomes.get(0).metrics.validation().labels();
    List<MeasureSummary.Counted> counted = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      counted.add(
          new MeasureSummary.Counted(
              outcome.seed, SplitMetrics.confusionMatrix(labels, outcome.measured)));
    }
    List<ConfusionMatrix> speakers = speakers(labels, outcomes);
    SpeakerBootstrap bootstrap = new SpeakerBootstrap(speakers, SpeakerBootstrap.RESAMPLES);
    Function<ToDoubleFunction<ConfusionMatrix>, MeasureSummary> summed =
        measure ->
            MeasureSummary.of(counted, bootstrap, m -> OptionalDouble.of(measure.applyAsDouble(m)));
    return new CrossvalSummary(
        plan.protocol(),
        plan.note(),
        plan.foldsBy(),
        plan.folds().size(),
        plan.seeds(),
        outcomes.stream().map(outcome -> run(labels, outcome)).toList(),
        summed.apply(ConfusionMatrix::unweightedAccuracy),
        summed.apply(ConfusionMatrix::weightedAccuracy),
        summed.apply(ConfusionMatrix::macroF1),
        recall(labels, counted, bootstrap),
        labels,
        ConfusionMatrix.sum(speakers).counts(),
        new Interval(
            SpeakerBootstrap.LEVEL,
            "speakers",
            speakers.size(),
            SpeakerBootstrap.RESAMPLES,
            SpeakerBootstrap.SEED),
        warnings);
  }

  private static Run run(List<String> labels, Outcome outcome) {
    return new Run(
        outcome.fold,
        outcome.seed,
        CrossvalPlan.folder(outcome.fold, outcome.seed),
        outcome.metrics.bestEpoch(),
        outcome.metrics.epochs().size(),
        outcome.metrics.trainableParameters(),
        SplitMetrics.of(labels, outcome.measured));
  }

  /** Counts the predictions of each speaker, over all seeds. */
  private static List<ConfusionMatrix> speakers(List<String> labels, List<Outcome> outcomes) {
    Map<String, List<Prediction>> bySpeaker = new TreeMap<>();
    for (Outcome outcome : outcomes) {
      for (Prediction prediction : outcome.measured) {
        bySpeaker.computeIfAbsent(prediction.speaker(), s -> new ArrayList<>()).add(prediction);
      }
    }
    return bySpeaker.values().stream()
        .map(predictions -> SplitMetrics.confusionMatrix(labels, predictions))
        .toList();
  }

  private static Map<String, MeasureSummary> recall(
      List<String> labels, List<MeasureSummary.Counted> counted, SpeakerBootstrap bootstrap) {
    Map<String, MeasureSummary> recall = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      int label = i;
      if (counted.stream().noneMatch(run -> run.matrix().support(label) > 0)) {
        continue; // a label of the configuration that no utterance has
      }
      recall.put(
          labels.get(i),
          MeasureSummary.of(
              counted,
              bootstrap,
              matrix ->
                  matrix.support(label) > 0
                      ? OptionalDouble.of(matrix.recall(label))
                      : OptionalDouble.empty()));
    }
    return recall;
  }
}
