/**
 * The commands {@code lora-mer corpus}: import, check and describe corpora.
 *
 * <p>In: a corpus as it is distributed, or a manifest. Out: a manifest in JSON Lines, a list of
 * problems, or tables of counts.
 *
 * <pre>{@code
 * lora-mer corpus import --format ravdess --from RAVDESS --out ravdess.jsonl
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.corpus;
