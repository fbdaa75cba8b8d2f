package io.loramer.savedmodels;

/**
 * The low-rank bypass of a target: {@code h = W0 x + (alpha / rank) · B A dropout(x)}.
 *
 * @param rank r, columns of B and rows of A
 * @param alpha numerator of the scaling
 * @param dropout rate of the dropout on x while training
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public record LoraConfig(int rank, float alpha, float dropout, TargetModules targetModules) {
  public LoraConfig {
    if (rank < 1) {
      throw new IllegalArgumentException("rank: expected at least 1, found " + rank);
    }
    if (!(alpha > 0)) {
      throw new IllegalArgumentException("alpha: expected above 0, found " + alpha);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout: expected from 0 to below 1, found " + dropout);
    }
  }

  /**
   * The authors' published values: 73,728 parameters on a base encoder, the paper's "74K" (section
   * 3.3.1).
   */
  public static LoraConfig defaults() {
    return new LoraConfig(2, 16, 0.1f, TargetModules.QUERY_AND_VALUE);
  }

  /** Returns what B A is multiplied by. */
  public float scaling() {
    return alpha / rank;
  }
}
