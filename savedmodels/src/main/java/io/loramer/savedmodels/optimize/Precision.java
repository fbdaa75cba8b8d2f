package io.loramer.savedmodels.optimize;

import java.util.Optional;
import org.tensorflow.proto.DataType;

/** The precision of an encoder's matrix products and convolutions; all other ops are float32. */
public enum Precision {
  FLOAT32(Optional.empty()),
  /**
   * Inputs and outputs of products with frozen kernels are rounded to bfloat16, and those of
   * attention if XLA is used; sums are float32. CPUs with AMX or AVX512-BF16 multiply it several
   * times faster.
   */
  BFLOAT16(Optional.of(DataType.DT_BFLOAT16)),
  /**
   * The same in IEEE half precision, for GPUs without bfloat16: values above 65504 overflow and
   * those below 6e-8 become 0, so the loss must be scaled before gradients are taken.
   */
  FLOAT16(Optional.of(DataType.DT_HALF));

  private final Optional<DataType> rounded;

  Precision(Optional<DataType> rounded) {
    this.rounded = rounded;
  }

  /** Returns the dtype that products with frozen kernels are rounded to; empty for float32. */
  public Optional<DataType> rounded() {
    return rounded;
  }
}
