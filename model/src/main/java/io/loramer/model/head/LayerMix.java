package io.loramer.model.head;

import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Combines an encoder's hidden states into one sequence, by {@link Layers}. */
final class LayerMix {
  private final Layers layers;
  private final Optional<Operand<TFloat32>> weight; // [layers + 1], before the softmax

  LayerMix(Variables variables, Layers layers, EncoderSize encoder) {
    layers.requireIn(encoder);
    this.layers = layers;
    Shape states = Shape.of(encoder.layers() + 1);
    this.weight =
        layers == Layers.WEIGHTED
            ? Optional.of(variables.trainable("weight", states, VariableInitializer.zeros()))
            : Optional.empty();
  }

  /**
   * Combines the hidden states.
   *
   * @param states float32 [B, T, H] for {@code LAST}, else [layers + 1, B, T, H]
   * @return float32 [B, T, H]
   */
  Operand<TFloat32> mix(Ops tf, Operand<TFloat32> states) {
    int expected = layers == Layers.LAST ? 3 : 4;
    int rank = states.shape().numDimensions();
    if (rank != Shape.UNKNOWN_SIZE && rank != expected) {
      throw new IllegalArgumentException(
          "hidden states for layers %s: expected %d dimensions, found shape %s"
              .formatted(layers, expected, states.shape()));
    }
    return switch (layers) {
      case LAST -> states;
      case SUM_LAST_FOUR ->
          tf.sum(tf.stridedSlice(states, Indices.sliceFrom(-Layers.LAST_FEW)), tf.constant(0));
      case WEIGHTED -> {
        var shares = tf.nn.softmax(weight.orElseThrow()); // [layers + 1]
        yield tf.linalg.einsum(List.of(shares, states), "l,lbth->bth");
      }
    };
  }
}
