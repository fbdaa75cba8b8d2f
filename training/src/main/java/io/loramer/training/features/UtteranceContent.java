package io.loramer.training.features;

/**
 * The lengths and hashes of the encoders' inputs for an utterance.
 *
 * @param samples of the clip after cropping
 * @param speech hash of those samples
 * @param tokens of the words; 0 if the model takes no text
 * @param words hash of the token ids
 */
public record UtteranceContent(int samples, ContentHash speech, int tokens, ContentHash words) {}
