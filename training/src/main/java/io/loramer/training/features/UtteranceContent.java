package io.loramer.training.features;

/**
 * What of an utterance an encoder sees, as far as a run needs it.
 *
 * @param samples of the clip after cropping
 * @param speech hash of those samples
 * @param tokens of the words; 0 of a run that does not read
 * @param words hash of their ids
 */
public record UtteranceContent(int samples, ContentHash speech, int tokens, ContentHash words) {}
