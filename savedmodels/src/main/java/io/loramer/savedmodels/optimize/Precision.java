package io.loramer.savedmodels.optimize;

import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * What an encoder's products, of matrices and convolutions, are computed in; all else is float32.
 */
public enum Precision {
  FLOAT32(Optional.empty()),
  /**
   * Inputs and outputs of the products with frozen kernels are rounded to bfloat16, and where a
   * graph is fused those of attention; sums are float32: what CPUs with AMX or AVX512-BF16 multiply
   * several times faster.
   */
  BFLOAT16(Optional.of(DataType.DT_BFLOAT16)),
  /**
   * The same in IEEE half precision, for GPUs without bfloat16: values above 65504 overflow and
   * those below 6e-8 vanish, so the loss that gradients are taken of must be scaled.
   */
  FLOAT16(Optional.of(DataType.DT_HALF));

  private final Optional<DataType> rounded;

  Precision(Optional<DataType> rounded) {
    this.rounded = rounded;
  }

  /** Returns what the products with frozen kernels are rounded to; empty if they are not. */
  public Optional<DataType> rounded() {
    return rounded;
  }
}
