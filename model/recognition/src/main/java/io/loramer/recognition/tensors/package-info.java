/**
 * Tensors of batches: rows of different lengths, padded to the longest one, with their lengths.
 *
 * <p>In: waveforms at 16 kHz, or token ids. Out: the input tensors of a model or encoder.
 *
 * <pre>{@code
 * try (AudioBatch batch = AudioBatch.of(List.of(first, second))) {
 *   runner.feed("input_values", batch.values()).feed("audio_lengths", batch.lengths());
 * }
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.recognition.tensors;
