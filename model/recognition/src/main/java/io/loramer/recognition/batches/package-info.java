/**
 * Batches of clips and texts: grouping by length, padding, and the input tensors of a model.
 *
 * <p>In: utterances, or waveforms and texts. Out: {@link
 * io.loramer.recognition.tensors.ModelInputs}, which the caller closes.
 *
 * <pre>{@code
 * try (ModelInputs inputs = model.batches().inputs(waveforms, texts)) {
 *   inputs.byName().forEach(feed);
 * }
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.recognition.batches;
