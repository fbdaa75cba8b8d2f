/**
 * Neural estimates of the mutual information of two vectors (MINE and its relatives), the paper's
 * section 2.3.
 *
 * <p>In: two batches of vectors, row by row of the same utterance. Out: an estimate in nats whose
 * gradient trains the network and the vectors.
 *
 * <pre>{@code
 * MutualInformation mine = new MutualInformation(variables, 256, MineConfig.defaults());
 * MutualInformation.Estimate estimate = mine.estimate(tf, audio, text, Optional.empty());
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.model.information;
