/**
 * Makes an encoder's graph faster or smaller: half-precision products, XLA-compiled functions, and
 * gradients that recompute values in the backward pass.
 *
 * <p>In: an encoder's graph in a {@code GraphDefEditor}, after LoRA's injection. Out: the same
 * graph with some nodes replaced; its outputs and gradients stay the same up to rounding.
 *
 * <pre>{@code
 * Computation computation = Computation.in(Precision.BFLOAT16);
 * RoundedProducts.rewrite(editor, Set.of(), DataType.DT_BFLOAT16, false);
 * Rematerialization.rewrite(editor); // of a graph for training
 * }</pre>
 *
 * <p>Public API: {@link io.loramer.savedmodels.optimize.Computation} and {@link
 * io.loramer.savedmodels.optimize.Precision}. Internal, the other types: used by LoRA-MER's own
 * modules only; may change without notice.
 */
package io.loramer.savedmodels.optimize;
