package io.loramer.savedmodels.encoders;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;

/**
 * A grouped convolution over time whose activation is added as a relative position embedding; its
 * kernel is weight-normed in the checkpoint.
 *
 * <p>PyTorch pads both sides by half the kernel and, if the kernel is even, drops the last frame;
 * here the right side gets one zero less, so that frame is not computed.
 *
 * @see <a href="https://arxiv.org/abs/2006.11477">Baevski et al. 2020, section 2</a>
 */
final class PositionalConvolution {
  private final Ops tf;
  private final SpeechConfig config;
  private final Operand<TFloat32> kernel; // [1, taps, H / groups, H]
  private final Operand<TFloat32> bias; // [H]

  PositionalConvolution(Parameters parameters, SpeechConfig config) {
    Parameters conv = parameters.module("conv");
    int hidden = config.transformer().hiddenSize();
    this.tf = conv.tf();
    this.config = config;
    this.kernel =
        conv.weightNormedConvolution(
            "weight", hidden, hidden / config.positionGroups(), config.positionKernel());
    this.bias = conv.get("bias", hidden);
  }

  /** Maps float32 [B, T, H] to the same shape. */
  Operand<TFloat32> apply(Operand<TFloat32> x) {
    int left = config.positionKernel() / 2;
    int right = left - (1 - config.positionKernel() % 2);
    var padding = tf.constant(new int[][] {{0, 0}, {0, 0}, {left, right}, {0, 0}});
    var padded = tf.pad(tf.expandDims(x, tf.constant(1)), padding, tf.constant(0f));
    var convolved = tf.nn.conv2d(padded, kernel, List.of(1L, 1L, 1L, 1L), "VALID");
    var frames = tf.squeeze(convolved, Squeeze.axis(List.of(1L)));
    // Not by biasAdd: Grappler would fuse it with the convolution to an op that, without oneDNN,
    // does not support groups.
    return config.featureActivation().apply(tf, tf.math.add(frames, bias));
  }
}
