/**
 * The folder of a run and the values in its files.
 *
 * <p>Metrics, predictions, weights and checkpoints go in while a run is trained; they are read back
 * for export, evaluation, reports and resuming.
 *
 * <pre>{@code
 * RunFolder run = new RunFolder(Path.of("runs/first"));
 * if (run.hasEnded()) {
 *   System.out.println(run.readMetrics().bestEpoch());
 * }
 * }</pre>
 *
 * <p>Public API.
 */
package io.loramer.training.run;
