package io.loramer.tools.report;

import io.loramer.training.experiments.MeasureSummary;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A measure of an experiment.
 *
 * @param mean over the runs
 * @param deviation the standard deviation over the runs; empty for a single run
 * @param pooled the measure of all runs' predictions counted together; for a single run, its value
 * @param interval of {@code pooled}
 */
record Score(double mean, OptionalDouble deviation, double pooled, Interval interval) {
  /**
   * Returns the score of a single run.
   *
   * @param trials the number of utterances for its interval, see {@link Interval#wilson}
   */
  static Score of(double value, int trials) {
    return new Score(value, OptionalDouble.empty(), value, Interval.wilson(value, trials));
  }

  /**
   * Returns the score of a cross-validation.
   *
   * @param trials the number of utterances for its interval if resampling speakers gives none
   */
  static Score of(MeasureSummary summary, int trials) {
    double pooled = summary.pooled();
    return new Score(
        summary.mean(),
        OptionalDouble.of(summary.sdOfRuns()),
        pooled,
        Interval.of(summary).orElseGet(() -> Interval.wilson(pooled, trials)));
  }

  /** Formats the mean and deviation in percent, as in the paper: {@code 80.18 ± 1.25}. */
  String percent() {
    String value = percent(mean);
    return deviation.isPresent() ? value + " ± " + percent(deviation.getAsDouble()) : value;
  }

  /**
   * Formats the interval in percent, after the pooled value where that may differ from the mean.
   */
  String intervalPercent() {
    return deviation.isPresent() ? "pooled " + pooledPercent() : brackets();
  }

  /** Formats the pooled value and its interval in percent: {@code 80.02 [78.11, 82.40]}. */
  String pooledPercent() {
    return percent(pooled) + " " + brackets();
  }

  private String brackets() {
    String ends = "[" + percent(interval.low()) + ", " + percent(interval.high()) + "]";
    return interval.trials().isPresent() ? ends + ", n = " + interval.trials().getAsInt() : ends;
  }

  /** Formats a proportion in percent. */
  static String percent(double share) {
    return twoDecimals(100 * share);
  }

  static String twoDecimals(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
