package io.loramer.training;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Finds epochs whose estimates of the mutual information are saturated or noisy. */
final class EstimateWarnings {
  /** Part of InfoNCE's limit; 6 nats are estimated as 0.89 of log 64, as `mine-check` shows. */
  private static final double SATURATED = 0.8;

  /**
   * Standard deviation from batch to batch, in nats. For 64 pairs of Gaussians that of DV is 0.2 at
   * 2 nats, 0.9 at 6, 1.8 at 10 (which DV estimates as 12) and 6.6 at 39 (estimated as 75).
   */
  private static final double NOISY = 2;

  private EstimateWarnings() {}

  /**
   * Returns the warnings for an epoch.
   *
   * @param estimates in nats, one per step
   */
  static List<String> of(MineConfig config, int batchSize, double[] estimates) {
    List<String> warnings = new ArrayList<>();
    double limit = Math.log(config.marginals() == Marginals.SHUFFLE ? 2 : batchSize);
    double mean = Arrays.stream(estimates).average().orElseThrow();
    if (config.estimator() == MineEstimator.INFONCE && mean > SATURATED * limit) {
      warnings.add(
          text(
              "the estimate of %.2f nats is near %.2f, the limit of INFONCE for this batch:"
                  + " take bigger batches, all pairs, or another head.mine.estimator",
              mean, limit));
    }
    double noise = noise(estimates);
    if (noise > NOISY) {
      warnings.add(
          text(
              "the estimates of the mutual information vary by %.1f nats (standard deviation) from"
                  + " batch to batch, and outweigh the cross-entropy: take head.mine.estimator smile"
                  + " or infonce, or a smaller head.mine.lambda",
              noise));
    }
    return warnings;
  }

  /**
   * Returns the standard deviation without the trend that training has, from the differences of
   * successive values (von Neumann et al. 1941).
   */
  private static double noise(double[] values) {
    double sum = 0;
    for (int i = 1; i < values.length; i++) {
      sum += (values[i] - values[i - 1]) * (values[i] - values[i - 1]);
    }
    return Math.sqrt(sum / (2 * Math.max(1, values.length - 1)));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
