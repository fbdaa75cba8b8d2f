package io.loramer.model;

import io.loramer.model.head.HeadConfig;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.optimize.Computation;
import java.util.Optional;

/**
 * The specification of a model, beside its encoders.
 *
 * @param lora of the speech encoder; empty leaves it frozen
 * @param computation precision and compilation of the encoders
 * @param head the sizes and choices of all layers above the encoders
 * @param labels the number of emotions, at least 2
 */
public record ModelSpec(
    Optional<LoraConfig> lora, Computation computation, HeadConfig head, int labels) {}
