package io.loramer.model.information;

import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * A dense layer, {@code y = x Wᵀ + b} over the last axis. Weight and bias are initialised as in
 * PyTorch's {@code Linear}.
 */
public final class Dense {
  private final Operand<TFloat32> weight; // [out, in]: PyTorch's layout
  private final Operand<TFloat32> bias; // [out]

  /** Creates the variables {@code weight} and {@code bias}. */
  public Dense(Variables variables, int in, int out) {
    weight = variables.trainable("weight", Shape.of(out, in), VariableInitializer.fanIn(in));
    bias = variables.trainable("bias", Shape.of(out), VariableInitializer.fanIn(in));
  }

  /**
   * Maps the last axis.
   *
   * @param x float32 [..., in]
   * @return float32 [..., out]
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
    return tf.nn.biasAdd(times(tf, x, weight), bias);
  }

  /**
   * Returns {@code x Wᵀ}.
   *
   * @param x float32 [..., in]
   * @param weight float32 [out, in]
   * @return float32 [..., out]
   */
  public static Operand<TFloat32> times(Ops tf, Operand<TFloat32> x, Operand<TFloat32> weight) {
    if (x.shape().numDimensions() == 2) {
      return tf.linalg.matMul(x, weight, MatMul.transposeB(true));
    }
    int in = Math.toIntExact(weight.shape().get(1));
    int out = Math.toIntExact(weight.shape().get(0));
    var rows = tf.reshape(x, tf.constant(new int[] {-1, in}));
    var product = tf.linalg.matMul(rows, weight, MatMul.transposeB(true));
    var leading = tf.stridedSlice(tf.shape(x), Indices.sliceTo(-1));
    var shape = tf.concat(List.of(leading, tf.constant(new int[] {out})), tf.constant(0));
    return tf.reshape(product, shape);
  }
}
