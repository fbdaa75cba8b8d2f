package io.loramer.tools;

import java.util.Arrays;

/**
 * How long a thing took that was done several times, in seconds.
 *
 * @param runs how often it was done
 */
record Timing(
    int runs, double median, double lowerQuartile, double upperQuartile, double min, double max) {

  /** Sums up; quartiles are interpolated between the two values that they lie between. */
  static Timing of(double... seconds) {
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    return new Timing(
        sorted.length,
        quantile(sorted, 0.5),
        quantile(sorted, 0.25),
        quantile(sorted, 0.75),
        sorted[0],
        sorted[sorted.length - 1]);
  }

  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
