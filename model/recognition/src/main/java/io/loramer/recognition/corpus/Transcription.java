package io.loramer.recognition.corpus;

/**
 * What was recognised of a clip.
 *
 * @param text as the recogniser's vocabulary spells it; empty where nothing was said
 * @param confidence in [0, 1]: {@code exp} of the mean, over the frames in which a token was
 *     emitted (not the blank), of the most probable token's log-probability; where none was, over
 *     all frames. It ranks clips of one recogniser; it is no probability that the words are right.
 */
public record Transcription(String text, double confidence) {}
