package io.loramer.savedmodels.imports;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;

/**
 * Ops put before an encoder: from what the bigger graph is fed with to what the encoder takes.
 *
 * <p>They are built in a graph of their own and spliced into the encoder's before its import, since
 * TensorFlow Java connects no imported input to an op that is there already.
 */
@FunctionalInterface
public interface EncoderInput {
  /**
   * Builds the ops, whose placeholders become the inputs of the imported encoder.
   *
   * @return what each input of the encoder is connected to, by the encoder's names for them
   */
  Map<String, Operand<?>> build(Ops tf);
}
