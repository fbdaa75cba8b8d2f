package io.loramer.model;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.imports.EncoderInput;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.MapDefun;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * Builds a speech encoder's inputs from the bytes of WAV files: each file is decoded to the mean of
 * its channels, then treated as in {@link WaveformInput}. TensorFlow decodes 16-bit PCM; the call
 * fails for a file of another encoding or sample rate, with a message that states it.
 *
 * <p>Input: {@link EmotionSignature#WAV_BYTES}.
 *
 * @param normalize as in {@link WaveformInput}
 * @param fixedSamples as in {@link WaveformInput}
 */
record WavFilesInput(boolean normalize, OptionalLong fixedSamples) implements EncoderInput {
  private static final int BYTES_PER_SAMPLE = 2;

  @Override
  public Map<String, Operand<?>> build(Ops tf) {
    var files =
        tf.withName(EmotionSignature.WAV_BYTES)
            .placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
    // At least the samples of the largest file: all rows of a map's output have one length.
    var bytes = tf.max(tf.strings.stringLength(files), tf.constant(0));
    var room = tf.math.div(bytes, tf.constant(BYTES_PER_SAMPLE));
    try (ConcreteFunction decoder = ConcreteFunction.create(WavFilesInput::decoder)) {
      MapDefun decoded =
          MapDefun.create(
              tf.scope(),
              List.of(files),
              List.of(room),
              List.of(TFloat32.class, TInt32.class, TInt32.class),
              List.of(Shape.of(-1), Shape.scalar(), Shape.scalar()),
              decoder);
      var waveforms = decoded.output().get(0).expect(TFloat32.class); // [B, room]
      var lengths = decoded.output().get(1).expect(TInt32.class); // [B]
      var rates = decoded.output().get(2).expect(TInt32.class); // [B]
      var longest = tf.max(lengths, tf.constant(0));
      var begin = tf.constant(new int[] {0, 0});
      var size = tf.stack(List.of(tf.constant(-1), longest)); // -1: all rows
      var cropped = tf.slice(waveforms, begin, size); // [B, longest]
      var asExpected =
          tf.reduceAll(
              tf.math.equal(rates, tf.constant(EncoderSignature.SAMPLE_RATE)), tf.constant(0));
      var message =
          tf.constant(
              EmotionSignature.WAV_BYTES
                  + ": expected "
                  + EncoderSignature.SAMPLE_RATE
                  + " Hz, found");
      var check = tf.assertThat(asExpected, List.of(message, rates));
      var checked = tf.withControlDependencies(check).identity(cropped);
      return new WaveformInput(normalize, fixedSamples).connect(tf, checked, lengths);
    }
  }

  /** Decodes one file to its samples, padded with zeros, their number, and their rate. */
  private static Signature decoder(Ops tf) {
    var file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    var room = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
    var wav = tf.audio.decodeWav(file);
    var mono = tf.math.mean(wav.audio(), tf.constant(1)); // [samples]
    var samples = tf.stridedSlice(tf.shape(mono), Indices.at(0));
    var behind = tf.stack(List.of(tf.constant(0), tf.math.sub(room, samples)));
    var padded = tf.pad(mono, tf.expandDims(behind, tf.constant(0)), tf.constant(0f));
    return Signature.builder("decode_wav")
        .input("file", file)
        .input("room", room)
        .output("waveform", padded)
        .output("samples", tf.identity(samples))
        .output("rate", wav.sampleRate())
        .build();
  }
}
