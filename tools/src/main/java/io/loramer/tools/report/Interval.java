package io.loramer.tools.report;

import io.loramer.training.experiments.MeasureSummary;
import java.util.Optional;

/** A stretch of a measure in which its true value may lie. */
record Interval(double low, double high) {
  /** Of the normal distribution, for 95 %. */
  private static final double Z = 1.959964;

  /** That of a cross-validation's measure; none where it had a single speaker. */
  static Optional<Interval> of(MeasureSummary summary) {
    return summary.low().isPresent()
        ? Optional.of(new Interval(summary.low().getAsDouble(), summary.high().orElseThrow()))
        : Optional.empty();
  }

  /**
   * The interval of Wilson (1927) for a share that was observed, 95 %:
   *
   * <pre>
   *   (p + z²/2n ± z sqrt(p (1 − p)/n + z²/4n²)) / (1 + z²/n)
   * </pre>
   *
   * @param share p
   * @param trials n, above 0
   */
  static Interval wilson(double share, long trials) {
    double z2 = Z * Z / trials;
    double centre = share + z2 / 2;
    double spread = Math.sqrt(z2 * share * (1 - share) + z2 * z2 / 4);
    return new Interval((centre - spread) / (1 + z2), (centre + spread) / (1 + z2));
  }
}
