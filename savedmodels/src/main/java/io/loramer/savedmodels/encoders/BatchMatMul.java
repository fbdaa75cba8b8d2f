package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The op BatchMatMulV2, which oneDNN has kernels for; TF Java's own wrapper makes V3. */
final class BatchMatMul {
  private BatchMatMul() {}

  /**
   * Multiplies matrices, the dimensions before them broadcast.
   *
   * @param x float32 [..., M, K]
   * @param y float32 [..., K, N], or [..., N, K] to be transposed
   * @return float32 [..., M, N]
   */
  static Operand<TFloat32> of(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> y, boolean transposeY) {
    return tf.scope()
        .opBuilder("BatchMatMulV2", "BatchMatMul")
        .addInput(x.asOutput())
        .addInput(y.asOutput())
        .setAttr("adj_y", transposeY)
        .build()
        .<TFloat32>output(0);
  }
}
