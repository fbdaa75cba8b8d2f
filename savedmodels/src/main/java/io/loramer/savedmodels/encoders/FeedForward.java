package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.graph.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * {@code W2 act(W1 x + b1) + b2} on each frame.
 *
 * @param tf the scope of the activation
 */
record FeedForward(Ops tf, Linear intermediate, Linear output, TransformerConfig config) {
  /** Maps float32 [N, H] to the same shape. */
  Operand<TFloat32> apply(Operand<TFloat32> x, Dropout dropout) {
    var activated = config.activation().apply(tf, intermediate.apply(x));
    return output.apply(dropout.apply(tf, activated, config.activationDropout()));
  }
}
