package io.loramer.model.head;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A batch of encoded utterances.
 *
 * @param hiddenStates the encoder's last hidden state, float32 [B, T, H], where the head is of
 *     {@link Layers#LAST}; else all its hidden states, float32 [layers + 1, B, T, H]
 * @param mask int32 [B, T], 1 for a frame or token, 0 for padding; at least one 1 per row
 */
public record Sequence(Operand<TFloat32> hiddenStates, Operand<TInt32> mask) {}
