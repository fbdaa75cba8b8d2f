/**
 * Splits of a corpus and the batches of training, with the cache of hidden states.
 *
 * <p>A checked corpus and the frontiers of the encoders go in; batches of hidden states, speakers
 * and labels come out.
 *
 * <pre>{@code
 * try (TrainingInputs inputs =
 *         TrainingInputs.prepare(corpus, config, frontiers, encoderHashes, progress);
 *     Batch batch = inputs.assemble(utterances)) {
 *   graph.step(batch, seed, TraceLevel.NO_TRACE);
 * }
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.training.features;
