package io.loramer.tools.report;

import io.loramer.training.experiments.MeasureSummary;
import java.util.Optional;

/** A confidence interval of a measure. */
record Interval(double low, double high) {
  /** The quantile of the normal distribution for 95 %. */
  private static final double Z = 1.959964;

  /** Returns the interval of a cross-validation's measure; empty if it had a single speaker. */
  static Optional<Interval> of(MeasureSummary summary) {
    return summary.low().isPresent()
        ? Optional.of(new Interval(summary.low().getAsDouble(), summary.high().orElseThrow()))
        : Optional.empty();
  }

  /**
   * Returns the 95 % interval of Wilson (1927) for an observed proportion:
   *
   * <pre>
   *   (p + z²/2n ± z sqrt(p (1 − p)/n + z²/4n²)) / (1 + z²/n)
   * </pre>
   *
   * @param share the proportion p
   * @param trials the number of trials n, above 0
   */
  static Interval wilson(double share, long trials) {
    double z2 = Z * Z / trials;
    double centre = share + z2 / 2;
    double spread = Math.sqrt(z2 * share * (1 - share) + z2 * z2 / 4);
    return new Interval((centre - spread) / (1 + z2), (centre + spread) / (1 + z2));
  }
}
