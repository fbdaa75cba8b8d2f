package io.loramer.savedmodels.optimize;

/**
 * The precision and compilation with which an encoder is computed.
 *
 * @param precision of the products with frozen kernels
 * @param fused whether XLA compiles the ops between the products of a training graph, once for each
 *     batch shape: on CPUs, much faster for long batches and slower for short ones
 */
public record Computation(Precision precision, boolean fused) {
  /** Float32, without XLA. */
  public static final Computation FLOAT32 = in(Precision.FLOAT32);

  /** Returns a computation without XLA. */
  public static Computation in(Precision precision) {
    return new Computation(precision, false);
  }
}
