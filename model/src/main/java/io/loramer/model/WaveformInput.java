package io.loramer.model;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.imports.EncoderInput;
import java.util.Map;
import java.util.OptionalLong;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Builds a speech encoder's inputs, values and attention mask, from padded waveforms and lengths.
 *
 * <pre>
 *   y = (x − mean) / sqrt(variance + ε), with the statistics of the clip's samples; 0 on padding
 * </pre>
 *
 * Inputs: {@link EmotionSignature#INPUT_VALUES} and {@link EmotionSignature#AUDIO_LENGTHS}.
 *
 * @param normalize whether the encoder was pretrained on mean 0 and variance 1; else y = x
 * @param fixedSamples the only number of samples that the encoder takes, if there is one: shorter
 *     batches are padded to it, and the encoder's graph refuses longer ones
 */
record WaveformInput(boolean normalize, OptionalLong fixedSamples) implements EncoderInput {
  /** The epsilon of transformers' Wav2Vec2FeatureExtractor. */
  private static final float EPSILON = 1e-7f;

  @Override
  public Map<String, Operand<?>> build(Ops tf) {
    var waveform =
        tf.withName(EmotionSignature.INPUT_VALUES)
            .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1)));
    var lengths =
        tf.withName(EmotionSignature.AUDIO_LENGTHS)
            .placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    return connect(tf, waveform, lengths);
  }

  /** Builds the ops after the inputs. */
  Map<String, Operand<?>> connect(Ops tf, Operand<TFloat32> waveform, Operand<TInt32> lengths) {
    var padded = fixedSamples.isPresent() ? padded(tf, waveform) : waveform;
    var mask = SequenceMask.of(tf, lengths, padded); // [B, samples]
    var valid = tf.dtypes.cast(mask, TFloat32.class);
    var masked = tf.math.mul(padded, valid); // TF Serving pads with first elements
    var encoderInput = normalize ? normalized(tf, masked, valid) : masked;
    return Map.of(
        EncoderSignature.INPUT_VALUES, encoderInput, EncoderSignature.ATTENTION_MASK, mask);
  }

  private Operand<TFloat32> padded(Ops tf, Operand<TFloat32> waveform) {
    var columns = tf.stridedSlice(tf.shape(waveform), Indices.at(1));
    var samples = tf.constant(Math.toIntExact(fixedSamples.getAsLong()));
    var missing = tf.math.maximum(tf.math.sub(samples, columns), tf.constant(0));
    var behind = tf.constant(new int[][] {{0, 0}, {0, 1}});
    return tf.pad(waveform, tf.math.mul(missing, behind), tf.constant(0f));
  }

  private static Operand<TFloat32> normalized(
      Ops tf, Operand<TFloat32> waveform, Operand<TFloat32> valid) {
    var samples = sum(tf, valid); // [B, 1]
    var mean = tf.math.div(sum(tf, waveform), samples);
    var centred = tf.math.mul(tf.math.sub(waveform, mean), valid);
    var variance = tf.math.div(sum(tf, tf.math.square(centred)), samples);
    return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(EPSILON))));
  }

  private static Operand<TFloat32> sum(Ops tf, Operand<TFloat32> x) {
    return tf.reduceSum(x, tf.constant(1), ReduceSum.keepDims(true));
  }
}
