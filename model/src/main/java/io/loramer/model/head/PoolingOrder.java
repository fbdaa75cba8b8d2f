package io.loramer.model.head;

/** The order of the pooling over time and the two pointwise convolutions. */
public enum PoolingOrder {
  /** Pool, then project: the prose of the paper's section 2.1. */
  BEFORE_CONVOLUTIONS,
  /**
   * Project each frame, then pool: the paper's equation 1. The mean and the deviation double the
   * channels, so the second convolution puts out D/2 of them to leave the features in R^D.
   */
  AFTER_CONVOLUTIONS
}
