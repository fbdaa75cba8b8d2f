package io.loramer.model;

import io.loramer.model.head.Sequence;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;

/**
 * One modality of a forward pass, up to the head.
 *
 * @param inputs placeholders to be fed, by their names
 * @param sequence the hidden states that the head takes
 * @param dropoutSeed name of the int64 scalar that seeds the encoder's dropout; absent without
 */
record EncodedModality(
    Map<String, Operand<?>> inputs, Sequence sequence, Optional<String> dropoutSeed) {}
