package io.loramer.savedmodels.encoders;

/** Whether the padding of a batch counts in the statistics of a base encoder's GroupNorm. */
public enum PaddingInNorm {
  /** Valid frames only: a clip gives the same features alone and in any batch. */
  IGNORED,
  /** All frames, as transformers computes it: outputs move by up to 2 with the batch's padding. */
  COUNTED
}
