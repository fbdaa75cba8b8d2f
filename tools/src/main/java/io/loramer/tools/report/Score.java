package io.loramer.tools.report;

import io.loramer.training.experiments.MeasureSummary;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A measure of an experiment: its mean over the runs, its deviation and its interval.
 *
 * @param deviation the standard deviation over the runs; empty for a single run
 * @param interval the 95 % interval; empty if it was not computed
 */
record Score(double mean, OptionalDouble deviation, Optional<Interval> interval) {
  /** Returns the score of a single run. */
  static Score of(double value) {
    return new Score(value, OptionalDouble.empty(), Optional.empty());
  }

  static Score of(MeasureSummary summary) {
    return new Score(summary.mean(), OptionalDouble.of(summary.sdOfRuns()), Interval.of(summary));
  }

  /** Formats the mean and deviation in percent, as in the paper: {@code 80.18 ± 1.25}. */
  String percent() {
    String value = percent(mean);
    return deviation.isPresent() ? value + " ± " + percent(deviation.getAsDouble()) : value;
  }

  /** Formats the interval in percent; empty if there is none. */
  String intervalPercent() {
    return interval.map(i -> "[" + percent(i.low()) + ", " + percent(i.high()) + "]").orElse("");
  }

  /** Formats a proportion in percent. */
  static String percent(double share) {
    return twoDecimals(100 * share);
  }

  static String twoDecimals(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
