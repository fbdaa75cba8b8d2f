package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/** {@code y = x Wᵀ + b}, W [out, in] as PyTorch stores it. */
final class Linear {
  private final Ops tf;
  private final Operand<TFloat32> weight; // [out, in]
  private final Operand<TFloat32> bias; // [out]

  Linear(Parameters parameters, long in, long out) {
    tf = parameters.tf();
    weight = parameters.get("weight", out, in);
    bias = parameters.get("bias", out);
  }

  /**
   * Maps each row.
   *
   * @param x float32 [N, in]
   * @return float32 [N, out]
   */
  Operand<TFloat32> apply(Operand<TFloat32> x) {
    return tf.nn.biasAdd(tf.linalg.matMul(x, weight, MatMul.transposeB(true)), bias);
  }
}
