package io.loramer.tools.report;

import io.loramer.training.experiments.MeasureSummary;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A measure over the runs of an experiment.
 *
 * @param deviation the standard deviation over the runs, where there are several
 * @param interval of 95 %, where it was computed
 */
record Score(double mean, OptionalDouble deviation, Optional<Interval> interval) {
  /** Of a single run. */
  static Score of(double value) {
    return new Score(value, OptionalDouble.empty(), Optional.empty());
  }

  static Score of(MeasureSummary summary) {
    return new Score(summary.mean(), OptionalDouble.of(summary.sdOfRuns()), Interval.of(summary));
  }

  /** Writes it in percent, as the paper does: {@code 80.18 ± 1.25}. */
  String percent() {
    String value = percent(mean);
    return deviation.isPresent() ? value + " ± " + percent(deviation.getAsDouble()) : value;
  }

  /** Writes the interval in percent, or nothing if there is none. */
  String intervalPercent() {
    return interval.map(i -> "[" + percent(i.low()) + ", " + percent(i.high()) + "]").orElse("");
  }

  /** Writes a share in percent. */
  static String percent(double share) {
    return twoDecimals(100 * share);
  }

  static String twoDecimals(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
