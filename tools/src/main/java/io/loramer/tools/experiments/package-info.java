/**
 * The commands {@code crossval} and {@code sweep}: train many runs and print their summary.
 *
 * <p>In: a configuration, folds and seeds, and for a sweep a grid of keys. Out: a folder of runs
 * with {@code summary.json} and {@code report.html}, and a table.
 *
 * <pre>{@code
 * lora-mer crossval --config run.yaml --out runs/folds --folds-by speaker --folds 10
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.experiments;
