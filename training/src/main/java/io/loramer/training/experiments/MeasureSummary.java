package io.loramer.training.experiments;

import io.loramer.recognition.measures.ConfusionMatrix;
import io.loramer.recognition.measures.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A measure over the runs of a cross-validation.
 *
 * @param mean over all runs
 * @param sdOfRuns sample standard deviation (n − 1) of all runs, each a fold with a seed: mostly
 *     the variation between folds
 * @param sdOfSeedMeans sample standard deviation of the means over the folds, one per seed: the
 *     variation by chance in training; absent with a single seed
 * @param pooled the measure of all runs' predictions counted together
 * @param low lower end of the 95 % interval of {@code pooled}, see {@link SpeakerBootstrap}; absent
 *     with a single speaker, or if the measure is the same for all speakers
 * @param high upper end; absent if {@code low} is
 */
public record MeasureSummary(
    double mean,
    double sdOfRuns,
    OptionalDouble sdOfSeedMeans,
    double pooled,
    OptionalDouble low,
    OptionalDouble high) {

  /** The confusion matrix of one run. */
  record Counted(long seed, ConfusionMatrix matrix) {}

  /**
   * Summarises a measure.
   *
   * @param measure absent if a matrix does not determine it, such as the recall of a class without
   *     utterances
   */
  static MeasureSummary of(
      List<Counted> runs,
      SpeakerBootstrap bootstrap,
      Function<ConfusionMatrix, OptionalDouble> measure) {
    List<Double> values = new ArrayList<>();
    Map<Long, List<Double>> bySeed = new TreeMap<>();
    for (Counted run : runs) {
      OptionalDouble value = measure.apply(run.matrix);
      if (value.isPresent()) {
        values.add(value.getAsDouble());
        bySeed.computeIfAbsent(run.seed, seed -> new ArrayList<>()).add(value.getAsDouble());
      }
    }
    Distribution all = new Distribution(values);
    Distribution seedMeans =
        Distribution.of(bySeed.values().stream().mapToDouble(v -> new Distribution(v).mean()));
    ConfusionMatrix pooled = ConfusionMatrix.sum(runs.stream().map(Counted::matrix).toList());
    Optional<SpeakerBootstrap.Interval> interval = bootstrap.interval(measure);
    return new MeasureSummary(
        all.mean(),
        all.deviation(),
        bySeed.size() > 1 ? OptionalDouble.of(seedMeans.deviation()) : OptionalDouble.empty(),
        measure.apply(pooled).orElseThrow(),
        interval.map(i -> OptionalDouble.of(i.low())).orElse(OptionalDouble.empty()),
        interval.map(i -> OptionalDouble.of(i.high())).orElse(OptionalDouble.empty()));
  }
}
