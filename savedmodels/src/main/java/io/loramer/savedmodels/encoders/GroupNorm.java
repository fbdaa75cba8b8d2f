package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * GroupNorm with a group per channel: {@code y = (x − mean) / sqrt(variance + ε) · weight + bias},
 * the statistics over time.
 *
 * @see <a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>
 */
final class GroupNorm {
  /** PyTorch's default, which the checkpoints were trained with. */
  static final float EPSILON = 1e-5f;

  private final Ops tf;
  private final Operand<TFloat32> weight; // [C]
  private final Operand<TFloat32> bias; // [C]

  GroupNorm(Parameters parameters, long channels) {
    tf = parameters.tf();
    weight = parameters.get("weight", channels);
    bias = parameters.get("bias", channels);
  }

  /**
   * Normalises.
   *
   * @param x float32 [B, 1, T, C]
   * @param lengths int32 [B], valid frames
   */
  Operand<TFloat32> apply(
      Operand<TFloat32> x, Operand<TInt32> lengths, PaddingInNorm paddingInNorm) {
    var time = tf.gather(tf.shape(x), tf.constant(2), tf.constant(0));
    var counted =
        switch (paddingInNorm) {
          case IGNORED -> lengths;
          case COUNTED -> tf.math.add(tf.math.mul(lengths, tf.constant(0)), time);
        };
    var mask = tf.dtypes.cast(FrameMask.of(tf, counted, time), TFloat32.class); // [B, T]
    // A clip too short for one frame has no statistics; 1 keeps its row finite.
    var count =
        tf.math.maximum(
            tf.reduceSum(mask, tf.constant(1), ReduceSum.keepDims(true)), tf.constant(1f));
    var share = tf.math.div(mask, count);
    var shares =
        tf.expandDims(tf.expandDims(share, tf.constant(1)), tf.constant(1)); // [B, 1, 1, T]

    // A product sums tens of thousands of frames in blocks; a reduction over time, one by one,
    // would lose two digits.
    var mean = BatchMatMul.of(tf, shares, x, false); // [B, 1, 1, C]
    var centred = tf.math.sub(x, mean);
    var variance = BatchMatMul.of(tf, shares, tf.math.square(centred), false);
    var scale = tf.math.mul(tf.math.rsqrt(tf.math.add(variance, tf.constant(EPSILON))), weight);
    return tf.math.add(tf.math.mul(centred, scale), bias);
  }
}
