package io.loramer.model.head;

/** The hidden states of an encoder that the head takes. */
public enum Layers {
  /** The last one, as in the paper's section 3.2. */
  LAST,
  /** The sum of the last four, as in the authors' published code. */
  SUM_LAST_FOUR,
  /**
   * A weighted mean of all, the embeddings included, with learned weights that start equal.
   *
   * @see <a href="https://arxiv.org/abs/2105.01051">Yang et al. 2021 (SUPERB), section 2.2</a>
   */
  WEIGHTED;

  /** The number of layers that {@link #SUM_LAST_FOUR} takes. */
  public static final int LAST_FEW = 4;

  /**
   * Requires that an encoder has as many layers as the head takes.
   *
   * @throws IllegalArgumentException if it has fewer
   */
  public void requireIn(EncoderSize encoder) {
    if (this == SUM_LAST_FOUR && encoder.layers() < LAST_FEW) {
      throw new IllegalArgumentException(
          "head.layers: sum_last_four needs an encoder of %d layers, found %d; take last or weighted"
              .formatted(LAST_FEW, encoder.layers()));
    }
  }
}
