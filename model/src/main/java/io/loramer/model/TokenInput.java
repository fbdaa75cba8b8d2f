package io.loramer.model;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.imports.EncoderInput;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/**
 * Builds a text encoder's inputs, ids and attention mask, from padded token ids and their lengths.
 *
 * <p>Inputs: {@link EmotionSignature#INPUT_IDS} and {@link EmotionSignature#TEXT_LENGTHS}.
 *
 * @param padId replaces the ids behind the last token, whatever the batch was padded with
 */
record TokenInput(int padId) implements EncoderInput {
  static final String MASK = EncoderSignature.ATTENTION_MASK;

  @Override
  public Map<String, Operand<?>> build(Ops tf) {
    var ids =
        tf.withName(EmotionSignature.INPUT_IDS)
            .placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, -1)));
    var lengths =
        tf.withName(EmotionSignature.TEXT_LENGTHS)
            .placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    var mask = tf.withName(MASK).identity(SequenceMask.of(tf, lengths, ids));
    var isToken = tf.math.greater(mask, tf.constant(0));
    var padding = tf.fill(tf.shape(ids), tf.constant(padId));
    return Map.of("input_ids", tf.select(isToken, ids, padding), MASK, mask);
  }
}
