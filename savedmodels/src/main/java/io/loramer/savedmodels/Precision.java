package io.loramer.savedmodels;

/** What an encoder's matrix products are computed in; everything else is float32. */
public enum Precision {
  FLOAT32,
  /**
   * Inputs and outputs of the products with frozen kernels are rounded to bfloat16, sums are
   * float32: what CPUs with AMX or AVX512-BF16 multiply several times faster.
   */
  BFLOAT16
}
