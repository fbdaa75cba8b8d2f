package io.loramer.model.head;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The features of one modality for a batch.
 *
 * @param vector float32 [B, D], the paper's f_a or f_t
 * @param attention float32 [B, T], the weight of each frame or token in the pooling; a row sums to
 *     1 and is 0 on padding
 * @param mask int32 [B, T], 1 for a frame or token, 0 for padding
 */
public record ModalityFeatures(
    Operand<TFloat32> vector, Operand<TFloat32> attention, Operand<TInt32> mask) {}
