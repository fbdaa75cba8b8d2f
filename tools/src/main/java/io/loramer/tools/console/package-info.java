/**
 * What the commands share: the option {@code --set}, progress bars, result tables, error messages
 * and the version.
 *
 * <pre>{@code
 * try (ProgressLine progress = new ProgressLine()) {
 *   metrics = Trainer.start(config, folder, progress);
 * }
 * out.print(new ResultTable(metrics));
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.tools.console;
