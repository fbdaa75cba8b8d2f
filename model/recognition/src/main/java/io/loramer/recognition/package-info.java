/**
 * Emotion recognition with an exported model: what a Java service imports.
 *
 * <p>In: a model that {@code lora-mer export} wrote; audio files, samples, lists of clips, long
 * recordings or a labelled corpus; the words, if the model takes text. Out: {@link
 * io.loramer.recognition.measures.Recognition}s, the probability of each emotion.
 *
 * <pre>{@code
 * try (EmotionRecognizer recognizer = EmotionRecognizer.load(Path.of("models/emotions"))) {
 *   Recognition recognition = recognizer.recognize(Path.of("clip.wav"), Optional.of("I am so happy"));
 *   String emotion = recognition.label();
 * }
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.recognition;
