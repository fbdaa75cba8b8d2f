package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.encoders.SpeechConfig.Convolution;
import io.loramer.savedmodels.encoders.SpeechConfig.FeatureNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The strided convolutions from waveform to frames (20 ms apart in the published models).
 *
 * <p>Convolution i maps L samples to {@code ⌊(L − kernel_i) / stride_i⌋ + 1} frames.
 *
 * @see <a href="https://arxiv.org/abs/2006.11477">Baevski et al. 2020, section 2</a>
 */
final class FeatureExtractor {
  private final Ops tf;
  private final SpeechConfig config;
  private final List<Layer> layers = new ArrayList<>();

  /** A convolution with its optional bias and norm. */
  private record Layer(
      Ops tf,
      Convolution shape,
      Operand<TFloat32> kernel,
      Optional<Operand<TFloat32>> bias,
      Optional<GroupNormedConvolution> groupNormed,
      Optional<LayerNorm> layerNorm) {
    Operand<TFloat32> convolve(Operand<TFloat32> x) {
      List<Long> strides = List.of(1L, 1L, (long) shape.stride(), 1L);
      Operand<TFloat32> y = tf.nn.conv2d(x, kernel, strides, "VALID");
      if (bias.isPresent()) {
        y = tf.nn.biasAdd(y, bias.get());
      }
      return layerNorm.isPresent() ? layerNorm.get().apply(y) : y;
    }
  }

  FeatureExtractor(Parameters parameters, SpeechConfig config) {
    this.tf = parameters.tf();
    this.config = config;
    int in = 1; // a mono waveform
    for (int i = 0; i < config.convolutions().size(); i++) {
      layers.add(layer(parameters.module("conv_layers." + i), config, i, in));
      in = config.convolutions().get(i).channels();
    }
  }

  private static Layer layer(Parameters parameters, SpeechConfig config, int index, int in) {
    Convolution shape = config.convolutions().get(index);
    Parameters conv = parameters.module("conv");
    boolean grouped = config.featureNorm() == FeatureNorm.GROUP && index == 0;
    boolean normed = config.featureNorm() == FeatureNorm.LAYER;
    int out = shape.channels();
    var kernel = conv.convolution("weight", out, in, shape.kernel());
    return new Layer(
        conv.tf(),
        shape,
        kernel,
        config.convolutionBias() ? Optional.of(conv.get("bias", out)) : Optional.empty(),
        grouped
            ? Optional.of(
                new GroupNormedConvolution(parameters.module("layer_norm"), shape, kernel))
            : Optional.empty(),
        normed
            ? Optional.of(
                new LayerNorm(parameters.module("layer_norm"), out, GroupNormedConvolution.EPSILON))
            : Optional.empty());
  }

  /**
   * Extracts the features of a batch of waveforms.
   *
   * @param waveform float32 [B, samples]
   * @param lengths int32 [B], valid samples
   * @return float32 [B, T, C]
   */
  Operand<TFloat32> apply(Operand<TFloat32> waveform, Operand<TInt32> lengths) {
    var height = tf.constant(1); // the unused spatial dimension of Conv2D
    Operand<TFloat32> x = tf.expandDims(tf.expandDims(waveform, height), tf.constant(-1));
    Operand<TInt32> valid = lengths;
    for (Layer layer : layers) {
      valid = frames(valid, layer.shape);
      x =
          layer.groupNormed.isPresent()
              ? layer.groupNormed.get().apply(x, valid, config.paddingInNorm())
              : layer.convolve(x);
      x = config.featureActivation().apply(layer.tf, x);
    }
    return tf.squeeze(x, Squeeze.axis(List.of(1L)));
  }

  /** Returns the number of valid frames of each clip, int32 [B], from its valid samples. */
  Operand<TInt32> frames(Operand<TInt32> lengths) {
    Operand<TInt32> valid = lengths;
    for (Layer layer : layers) {
      valid = frames(valid, layer.shape);
    }
    return tf.math.maximum(valid, tf.constant(0));
  }

  private Operand<TInt32> frames(Operand<TInt32> lengths, Convolution shape) {
    var steps =
        tf.math.floorDiv(
            tf.math.sub(lengths, tf.constant(shape.kernel())), tf.constant(shape.stride()));
    return tf.math.add(steps, tf.constant(1));
  }
}
