package io.loramer.model.information;

/**
 * The estimate of the mutual information from the scores T of a batch's pairs, and the objective
 * that trains T. J are the pairs that belong together, M the others.
 */
public enum MineEstimator {
  /**
   * Donsker and Varadhan's bound, the paper's: {@code mean_J T − log mean_M exp T}. The gradient of
   * a small batch is biased; it diverges if the information is high.
   */
  DV,
  /**
   * The value of DV; in the gradient, the mean of exp T is taken over past batches too, which
   * removes most of the bias (Belghazi et al. 2018, section 3.2).
   */
  DV_MOVING_AVERAGE,
  /**
   * Nguyen, Wainwright and Jordan's bound: {@code mean_J T − mean_M exp(T − 1)}. The gradient is
   * unbiased; its noise grows with the information as DV's does.
   */
  NWJ,
  /**
   * Value of DV; trained by the bound of the Jensen-Shannon divergence, {@code − mean_J
   * softplus(−T) − mean_M softplus(T)}, whose gradient is unbiased and bounded (Hjelm et al. 2019,
   * equation 4).
   */
  JSD,
  /**
   * {@code mean_i log(exp T_ii / mean_j exp T_ij)} over z_i and the K others: the least noise, but
   * at most log(K + 1) (van den Oord et al. 2018).
   */
  INFONCE,
  /**
   * Trained as JSD; value of DV with T clipped to ±5 over M, which makes it less noisy and allows
   * it to be too low or too high (Song and Ermon 2020).
   */
  SMILE
}
