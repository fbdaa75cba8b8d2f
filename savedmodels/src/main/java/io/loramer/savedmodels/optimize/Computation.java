package io.loramer.savedmodels.optimize;

/**
 * How an encoder is computed.
 *
 * @param precision of the products with frozen kernels
 * @param fused whether XLA compiles what lies between the products of a graph for training, once
 *     for each shape of batch: much faster where batches take long, slower where they do not; on
 *     CPUs
 */
public record Computation(Precision precision, boolean fused) {
  /** TensorFlow's ops as they are. */
  public static final Computation FLOAT32 = in(Precision.FLOAT32);

  /** Nothing fused. */
  public static Computation in(Precision precision) {
    return new Computation(precision, false);
  }
}
