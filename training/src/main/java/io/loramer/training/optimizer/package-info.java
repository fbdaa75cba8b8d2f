/**
 * The optimiser: Adam with a cosine-annealed learning rate, gradient clipping and loss scaling.
 *
 * <p>A graph with a scalar loss goes in; an op that updates all trainable variables comes out.
 *
 * <pre>{@code
 * Adam adam =
 *     new Adam(
 *         graph, variables, loss, 3e-4f, totalSteps, OptionalDouble.empty(), Optional.empty());
 * session.runner().addTarget(adam.step()).run();
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.training.optimizer;
