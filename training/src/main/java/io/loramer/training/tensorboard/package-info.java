/**
 * Files of events for TensorBoard.
 *
 * <p>Scalars, histograms, images, audio, graphs and predictions go in; an event file comes out.
 *
 * <pre>{@code
 * try (EventFile events = EventFile.open(folder, 0, InstantSource.system())) {
 *   events.scalar("loss/total", step, loss);
 * }
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.training.tensorboard;
