package io.loramer.model;

import io.loramer.model.head.Modality;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.optimize.Computation;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A forward pass from waveforms to the most probable token of each frame, by a CTC head.
 *
 * @param inputs {@code input_values} float32 [B, samples], raw 16 kHz waveforms, and {@code
 *     audio_lengths} int32 [B]
 * @param tokens int32 [B, T], the most probable token of each frame
 * @param logProbabilities float32 [B, T], those of the tokens
 * @param frames int32 [B], the number of valid frames of each clip
 */
public record CtcPass(
    Map<String, Operand<?>> inputs,
    Operand<TInt32> tokens,
    Operand<TFloat32> logProbabilities,
    Operand<TInt32> frames,
    ImportedEncoder encoder) {
  /**
   * Builds the forward pass.
   *
   * @param model an encoder SavedModel with the output {@code logits}
   * @throws IOException if it is not a speech encoder or has no {@code logits}
   */
  public static CtcPass build(Graph graph, SavedModelFolder model) throws IOException {
    EncoderSavedModel source = EncoderSavedModel.of(model);
    EncoderBranch.requireAnySize(source);
    ImportedEncoder encoder =
        ImportedEncoder.into(
            graph,
            new Variables(graph, 0), // nothing is drawn
            "recognizer",
            source,
            MetaGraph.SERVE,
            Optional.empty(),
            Optional.of(EncoderBranch.signalInput(Modality.AUDIO, source)),
            Computation.FLOAT32);
    Ops tf = Ops.create(graph).withSubScope("ctc");
    Operand<TFloat32> logits = logits(model, encoder); // [B, T, V]
    var vocabulary = tf.constant(2);
    return new CtcPass(
        encoder.stageInputs(),
        tf.math.argMax(logits, vocabulary, TInt32.class),
        tf.max(tf.nn.logSoftmax(logits), vocabulary),
        tf.reduceSum(encoder.output(EncoderSignature.FRAME_MASK, TInt32.class), tf.constant(1)),
        encoder);
  }

  private static Operand<TFloat32> logits(SavedModelFolder model, ImportedEncoder encoder)
      throws IOException {
    try {
      return encoder.output(EncoderSignature.LOGITS, TFloat32.class);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          model.path()
              + ": expected a speech encoder with a CTC head, found no output logits; convert a"
              + " checkpoint of wav2vec 2.0, HuBERT or WavLM ForCTC with `lora-mer convert`",
          e);
    }
  }

  /**
   * Gives the variables the values of the SavedModel.
   *
   * @throws IOException if they are missing or damaged
   */
  public void restore(Session session) throws IOException {
    encoder.restore(session);
  }
}
