package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * {@code y = (x − mean) / sqrt(variance + epsilon) · weight + bias} over the last dimension.
 *
 * @see <a href="https://arxiv.org/abs/1607.06450">Ba et al. 2016</a>
 */
final class LayerNorm {
  private final Ops tf;
  private final Operand<TFloat32> weight; // [H]
  private final Operand<TFloat32> bias; // [H]
  private final float epsilon;

  LayerNorm(Parameters parameters, long size, float epsilon) {
    tf = parameters.tf();
    weight = parameters.get("weight", size);
    bias = parameters.get("bias", size);
    this.epsilon = epsilon;
  }

  /** Normalises float32 [..., H]. */
  Operand<TFloat32> apply(Operand<TFloat32> x) {
    var last = tf.constant(-1);
    var mean = tf.math.mean(x, last, Mean.keepDims(true)); // [..., 1]
    var centred = tf.math.sub(x, mean);
    var variance = tf.math.mean(tf.math.square(centred), last, Mean.keepDims(true));
    var scale = tf.math.rsqrt(tf.math.add(variance, tf.constant(epsilon)));
    return tf.math.add(tf.math.mul(tf.math.mul(centred, scale), weight), bias);
  }
}
