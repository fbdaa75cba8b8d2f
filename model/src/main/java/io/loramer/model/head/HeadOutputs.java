package io.loramer.model.head;

import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * A head's outputs for a batch.
 *
 * @param logits float32 [B, C]
 * @param probabilities float32 [B, C], the softmax of the logits
 * @param embedding float32 [B, D], the classifier's input: the fused h, or the features of the only
 *     modality
 * @param fusionWeights float32 [B, 2], the shares of audio and text in h; empty without fusion
 * @param features of each modality of the head
 */
public record HeadOutputs(
    Operand<TFloat32> logits,
    Operand<TFloat32> probabilities,
    Operand<TFloat32> embedding,
    Optional<Operand<TFloat32>> fusionWeights,
    Map<Modality, ModalityFeatures> features) {}
