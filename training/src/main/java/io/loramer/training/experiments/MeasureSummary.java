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
 *     how much the folds differ
 * @param sdOfSeedMeans that of the means over the folds, one per seed: what chance in training does
 *     to the mean; absent with a single seed
 * @param pooled the measure of all runs' predictions counted together
 * @param low where the 95 % interval of {@code pooled} begins, see {@link SpeakerBootstrap}; absent
 *     with a single speaker
 * @param high where it ends; absent as {@code low} is
 */
public record MeasureSummary(
    double mean,
    double sdOfRuns,
    OptionalDouble sdOfSeedMeans,
    double pooled,
    OptionalDouble low,
    OptionalDouble high) {

  /** One run's predictions counted. */
  record Counted(long seed, ConfusionMatrix matrix) {}

  /**
   * Sums up.
   *
   * @param measure absent where a matrix does not tell, as the recall of a class that is not in it
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
