package io.loramer.recognition.corpus;

/**
 * The recognised words of a clip.
 *
 * @param text in the spelling of the recogniser's vocabulary; empty if nothing was recognised
 * @param confidence in [0, 1]: {@code exp} of the mean, over the frames in which a token was
 *     emitted (not the blank), of the most probable token's log-probability; without such frames,
 *     over all. It ranks clips of one recogniser, and is not a calibrated probability of the words
 */
public record Transcription(String text, double confidence) {}
