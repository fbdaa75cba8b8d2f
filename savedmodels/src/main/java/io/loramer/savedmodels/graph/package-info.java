/**
 * The variables of a TensorFlow graph: how they are created, initialised, saved and restored; and
 * dropout.
 *
 * <p>In: a {@code Graph} and names and shapes. Out: {@link io.loramer.savedmodels.graph.Variable}s,
 * each trainable, frozen or state, and the nodes of a {@link io.loramer.savedmodels.graph.Saver}.
 *
 * <pre>{@code
 * Variables variables = new Variables(graph, 42);
 * Operand<TFloat32> weight =
 *     variables.scope("head").trainable("weight", Shape.of(4, 8), VariableInitializer.fanIn(8));
 * variables.initialize(session);
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.savedmodels.graph;
