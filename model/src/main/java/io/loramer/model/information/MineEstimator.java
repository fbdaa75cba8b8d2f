package io.loramer.model.information;

/**
 * How the scores T of a batch's pairs become an estimate of the mutual information, and what T is
 * trained by. With J for the pairs that belong together and M for the others:
 */
public enum MineEstimator {
  /**
   * Donsker and Varadhan's bound, the paper's: {@code mean_J T − log mean_M exp T}. The gradient of
   * a small batch is biased; diverges where the information is high.
   */
  DV,
  /**
   * The same value; in the gradient, the mean of exp T is taken over past batches too, which takes
   * most of the bias away (Belghazi et al. 2018, section 3.2).
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
   * {@code mean_i log(exp T_ii / mean_j exp T_ij)} over the own partner and the K others: the least
   * noise, but at most log(K + 1) (van den Oord et al. 2018).
   */
  INFONCE,
  /**
   * Trained as JSD; value of DV with T clipped to ±5 over M, which keeps its noise small and lets
   * it be too low or too high (Song and Ermon 2020).
   */
  SMILE
}
