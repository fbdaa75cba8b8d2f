package io.loramer.savedmodels.imports;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;

/**
 * Ops before an encoder, which compute its inputs from the placeholders of the bigger graph.
 *
 * <p>They are built in a graph of their own and added to the encoder's graph before its import,
 * since TensorFlow Java cannot connect an imported input to an existing op.
 */
@FunctionalInterface
public interface EncoderInput {
  /**
   * Builds the ops, whose placeholders become the inputs of the imported encoder.
   *
   * @return the operand for each input of the encoder, by the names of {@link
   *     io.loramer.savedmodels.EncoderSignature}
   */
  Map<String, Operand<?>> build(Ops tf);
}
