package io.loramer.tools.report;

import io.loramer.training.experiments.MeasureSummary;
import java.util.Optional;
import java.util.OptionalInt;
import org.hipparchus.stat.interval.BinomialProportion;
import org.hipparchus.stat.interval.ConfidenceInterval;

/**
 * A 95 % interval of a measure.
 *
 * @param trials the number of independent utterances that it assumes, for an interval of Wilson;
 *     empty for one by resampling speakers
 */
record Interval(double low, double high, OptionalInt trials) {
  private static final double LEVEL = 0.95;

  /** The difference of two equal measures that were summed in different orders. */
  private static final double ROUNDING = 1e-9;

  /**
   * Returns the interval of a cross-validation's pooled measure by resampling speakers; empty if
   * resampling does not vary the measure: with a single speaker, or if all speakers have the same
   * value, such as a recall of 0. An interval without a width would claim certainty.
   */
  static Optional<Interval> of(MeasureSummary summary) {
    if (summary.low().isEmpty()) {
      return Optional.empty();
    }
    double low = summary.low().getAsDouble();
    double high = summary.high().orElseThrow();
    return high - low < ROUNDING
        ? Optional.empty()
        : Optional.of(new Interval(low, high, OptionalInt.empty()));
  }

  /**
   * Returns the interval of Wilson (1927) for an observed proportion, which has a width for
   * proportions of 0 and 1 too.
   *
   * @param trials the number of independent trials, above 0
   */
  static Interval wilson(double share, int trials) {
    ConfidenceInterval found = BinomialProportion.getWilsonScoreInterval(trials, share, LEVEL);
    return new Interval(found.getLowerBound(), found.getUpperBound(), OptionalInt.of(trials));
  }
}
