package io.loramer.model.information;

import java.util.ArrayList;
import java.util.List;

/**
 * The configuration of the mutual information of a head's two modalities.
 *
 * @param lambda the weight of the mutual information in the loss, the paper's equation 13
 * @param hidden the hidden units of the network T
 * @param marginals the pairs that sample the product of the marginals
 * @param estimator the estimate that is computed from T's scores
 */
public record MineConfig(float lambda, int hidden, Marginals marginals, MineEstimator estimator) {
  public MineConfig {
    List<String> problems = new ArrayList<>();
    if (!(lambda >= 0 && lambda <= Float.MAX_VALUE)) {
      problems.add("lambda: expected a number of at least 0, found " + lambda);
    }
    if (hidden < 1) {
      problems.add("hidden: expected a positive number, found " + hidden);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * Returns the paper's best lambda (its table 2), the hidden units of the authors' code, all
   * pairs, and the paper's bound.
   */
  public static MineConfig defaults() {
    return new MineConfig(0.25f, 512, Marginals.ALL_PAIRS, MineEstimator.DV);
  }
}
