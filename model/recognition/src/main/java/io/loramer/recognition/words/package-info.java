/**
 * Text: tokenizers, speech recognition by a CTC head, and the word error rate.
 *
 * <p>In: texts, or clips without a transcript. Out: token ids, or {@link
 * io.loramer.recognition.corpus.Transcription}s.
 *
 * <pre>{@code
 * try (SpeechRecognizer recognizer = SpeechRecognizer.load(Path.of("encoders/ctc"))) {
 *   String text = recognizer.recognize(AudioFile.read(Path.of("clip.wav"))).text();
 * }
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.recognition.words;
