package io.loramer.savedmodels.encoders;

/** Whether a batch's padding counts in the statistics of a base encoder's GroupNorm. */
public enum PaddingInNorm {
  /** Only valid frames count: a clip's features are the same alone and in any batch. */
  IGNORED,
  /** All frames count, as in transformers: outputs change by up to 2 with the batch's padding. */
  COUNTED
}
