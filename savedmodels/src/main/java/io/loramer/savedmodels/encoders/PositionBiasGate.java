package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * WavLM's gate of the position bias, from the layer's own input split by heads:
 *
 * <pre>
 *   [a, b] = sigmoid(sums of four of U x + u)        gate = a · (b · constant − 1) + 2
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2110.13900">Chen et al. 2022, section III-B</a>
 */
final class PositionBiasGate {
  /** Each head has two gates of four outputs each. */
  private static final int GATES = 2;

  private static final int OUTPUTS = 4;

  private final Ops tf;
  private final int heads;
  private final int headSize;
  private final Operand<TFloat32> weight; // [8, D]
  private final Operand<TFloat32> bias; // [8]
  private final Operand<TFloat32> constant; // [1, N, 1, 1]

  PositionBiasGate(Parameters attention, TransformerConfig config) {
    Parameters linear = attention.module("gru_rel_pos_linear");
    tf = linear.tf();
    heads = config.heads();
    headSize = config.hiddenSize() / config.heads();
    weight = linear.get("weight", (long) GATES * OUTPUTS, headSize);
    bias = linear.get("bias", (long) GATES * OUTPUTS);
    constant = attention.get("gru_rel_pos_const", 1, heads, 1, 1);
  }

  /**
   * Multiplies the position bias by the gate of each head and frame.
   *
   * @param x float32 [B·T, H], the input of the attention
   * @param bias float32 [N, T, T]
   * @return float32 [B, N, T, T]
   */
  Operand<TFloat32> apply(Operand<TFloat32> x, SequenceShape shape, Operand<TFloat32> bias) {
    var perHead = SequenceShape.toRows(tf, x, headSize); // [B·T·N, D]
    var mapped =
        tf.nn.biasAdd(tf.linalg.matMul(perHead, weight, MatMul.transposeB(true)), this.bias);
    var outputs = SequenceShape.toRows(tf, mapped, OUTPUTS); // [B·T·N·2, 4]
    var sums = tf.reduceSum(outputs, tf.constant(-1)); // [B·T·N·2]
    var gates = tf.math.sigmoid(shape.splitHeads(tf, sums, heads, GATES)); // [B, N, T, 2]
    var parts = tf.split(tf.constant(3), gates, (long) GATES).output();
    var a = parts.get(0); // [B, N, T, 1]
    var b = parts.get(1);
    var inner = tf.math.sub(tf.math.mul(b, constant), tf.constant(1f));
    var gate = tf.math.add(tf.math.mul(a, inner), tf.constant(2f));
    return tf.math.mul(gate, bias);
  }
}
