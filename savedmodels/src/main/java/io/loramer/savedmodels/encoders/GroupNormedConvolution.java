package io.loramer.savedmodels.encoders;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * A convolution of the waveform and the GroupNorm behind it, with a group per channel: {@code y =
 * (x − mean) / sqrt(variance + ε) · weight + bias}, the statistics over time.
 *
 * <p>A frame is {@code x = w · u}, u the k samples below the kernel. So {@code mean = w · mean(u)}
 * and {@code variance = w · cov(u) · w}: k × k numbers of the waveform give the statistics of all
 * channels, and the norm is applied to the kernel instead of the output. A bias of the convolution
 * would cancel with the mean.
 *
 * @see <a href="https://arxiv.org/abs/1803.08494">Wu and He 2018</a>
 */
final class GroupNormedConvolution {
  /** PyTorch's default, which the checkpoints were trained with. */
  static final float EPSILON = 1e-5f;

  private final Ops tf;
  private final SpeechConfig.Convolution shape;
  private final Operand<TFloat32> kernel; // [k, C]
  private final Operand<TFloat32> weight; // [C]
  private final Operand<TFloat32> bias; // [C]

  /**
   * Creates the norm's variables for a convolution.
   *
   * @param kernel float32 [1, k, 1, C]
   */
  GroupNormedConvolution(
      Parameters norm, SpeechConfig.Convolution shape, Operand<TFloat32> kernel) {
    this.tf = norm.tf();
    this.shape = shape;
    this.kernel = tf.reshape(kernel, tf.constant(new int[] {shape.kernel(), shape.channels()}));
    weight = norm.get("weight", shape.channels());
    bias = norm.get("bias", shape.channels());
  }

  /**
   * Convolves and normalises.
   *
   * @param waveform float32 [B, 1, samples, 1]
   * @param lengths int32 [B], valid frames
   * @return float32 [B, 1, T, C]
   */
  Operand<TFloat32> apply(
      Operand<TFloat32> waveform, Operand<TInt32> lengths, PaddingInNorm paddingInNorm) {
    var one = tf.constant(1);
    var windows = windows(waveform); // [B, T, k]
    var share = share(windows, lengths, paddingInNorm); // [B, T]

    // In double precision, since the variance of a channel with small output is a difference of
    // large terms; as products, which sum tens of thousands of frames in blocks.
    var exact = tf.dtypes.cast(windows, TFloat64.class);
    var centred = tf.math.sub(exact, tf.expandDims(einsum("bt,btk->bk", share, exact), one));
    var weighted = tf.math.mul(centred, tf.expandDims(share, tf.constant(-1)));
    var covariance = einsum("btj,btk->bjk", weighted, centred);
    var w = tf.dtypes.cast(kernel, TFloat64.class);
    var variance =
        tf.reduceSum(tf.math.mul(einsum("bjk,kc->bjc", covariance, w), w), one); // [B, C]

    var scale =
        tf.math.rsqrt(
            tf.dtypes.cast(tf.math.add(variance, tf.constant((double) EPSILON)), TFloat32.class));
    var scaled = tf.math.mul(kernel, tf.expandDims(tf.math.mul(scale, weight), one)); // [B, k, C]

    // The bias is one more row of the kernel, for a tap that is always 1. No MatMul or Conv2D: with
    // the setting that weights are frozen, oneDNN would cache this kernel as one of them.
    var row = tf.math.add(tf.zerosLike(tf.expandDims(scale, one)), bias); // [B, 1, C]
    var taps =
        tf.dtypes.cast(
            tf.pad(centred, tf.constant(new int[][] {{0, 0}, {0, 0}, {0, 1}}), tf.constant(1.0)),
            TFloat32.class);
    return tf.expandDims(einsum("btk,bkc->btc", taps, tf.concat(List.of(scaled, row), one)), one);
  }

  /** Returns the samples below the kernel at each frame, float32 [B, T, k]. */
  private Operand<TFloat32> windows(Operand<TFloat32> waveform) {
    float[][] identity = new float[shape.kernel()][shape.kernel()];
    for (int i = 0; i < identity.length; i++) {
      identity[i][i] = 1;
    }
    var taps =
        tf.reshape(
            tf.constant(identity), tf.constant(new int[] {1, shape.kernel(), 1, shape.kernel()}));
    var windows = tf.nn.conv2d(waveform, taps, List.of(1L, 1L, (long) shape.stride(), 1L), "VALID");
    return tf.squeeze(windows, Squeeze.axis(List.of(1L)));
  }

  /** Returns the weight of each frame in its clip's statistics, float64 [B, T]. */
  private Operand<TFloat64> share(
      Operand<TFloat32> windows, Operand<TInt32> lengths, PaddingInNorm paddingInNorm) {
    var time = tf.gather(tf.shape(windows), tf.constant(1), tf.constant(0));
    var counted =
        switch (paddingInNorm) {
          case IGNORED -> lengths;
          case COUNTED -> tf.math.add(tf.math.mul(lengths, tf.constant(0)), time);
        };
    var mask = tf.dtypes.cast(FrameMask.of(tf, counted, time), TFloat64.class); // [B, T]
    // A clip too short for one frame has no statistics; 1 keeps its row finite.
    var count =
        tf.math.maximum(
            tf.reduceSum(mask, tf.constant(1), ReduceSum.keepDims(true)), tf.constant(1.0));
    return tf.math.div(mask, count);
  }

  private <T extends TFloating> Operand<T> einsum(String equation, Operand<T> a, Operand<T> b) {
    return tf.linalg.einsum(List.of(a, b), equation);
  }
}
