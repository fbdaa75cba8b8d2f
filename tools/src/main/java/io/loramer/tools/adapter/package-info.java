/**
 * The commands {@code lora-mer adapter}: LoRA adapters in PEFT's format.
 *
 * <p>In: adapter folders, encoder SavedModels, runs. Out: adapter folders, merged SavedModels, and
 * descriptions.
 *
 * <pre>{@code
 * lora-mer adapter merge --adapter adapters/peft --encoder encoders/hubert --out encoders/merged
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.adapter;
