package io.loramer.model;

import io.loramer.model.head.Layers;
import io.loramer.model.head.Sequence;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.imports.EncoderInput;
import io.loramer.savedmodels.imports.EncoderStates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Takes cached hidden states at a frontier, for the rest of the encoder or for the head.
 *
 * <p>Inputs: {@link Frontier#statesInput} and {@link Frontier#lengthsInput}.
 *
 * @param rounding whether sequences for the rest of an encoder are padded to one of few lengths.
 *     XLA compiles a graph for each shape, which takes half a second and 40 MB
 */
record CachedStatesInput(Frontier frontier, boolean rounding) implements EncoderInput {
  /** Lengths are rounded up to multiples of this: about 30 lengths up to 13 seconds. */
  private static final int MULTIPLE = 16;

  /** Longer sequences are rounded up to multiples of twice as much. */
  private static final int LONG = 256;

  private static final String SCOPE = "input";

  /** The ops, with the placeholders that are fed. */
  private record Built(
      Operand<?> fed,
      Operand<TInt32> lengths,
      List<Operand<TFloat32>> states,
      Operand<TInt32> mask) {}

  @Override
  public Map<String, Operand<?>> build(Ops tf) {
    Built built = ops(tf, rounding);
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    for (int i = 0; i < built.states.size(); i++) {
      outputs.put(EncoderStates.name(frontier.states().get(i)), built.states.get(i));
    }
    outputs.put(EncoderSignature.FRAME_MASK, built.mask);
    return outputs;
  }

  /**
   * Builds the ops for an encoder that has no layers beyond the frontier.
   *
   * @param tf names the modality's scope
   */
  EncodedModality encoded(Ops tf, Layers layers) {
    Built built = ops(tf.withSubScope(SCOPE), false);
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    inputs.put(frontier.statesInput(), built.fed);
    inputs.put(frontier.lengthsInput(), built.lengths);
    var hidden = layers == Layers.LAST ? built.states.get(0) : tf.stack(built.states);
    return new EncodedModality(inputs, new Sequence(hidden, built.mask), Optional.empty());
  }

  private Built ops(Ops tf, boolean rounded) {
    long count = frontier.states().size();
    Shape shape = Shape.of(count, -1, -1, frontier.size().hiddenSize());
    Ops named = tf.withName(frontier.statesInput());
    Operand<TFloat32> stacked;
    Operand<?> fed;
    switch (frontier.storage()) {
      case FLOAT32 -> {
        stacked = named.placeholder(TFloat32.class, Placeholder.shape(shape));
        fed = stacked;
      }
      case FLOAT16 -> {
        var half = named.placeholder(TFloat16.class, Placeholder.shape(shape));
        stacked = tf.dtypes.cast(half, TFloat32.class);
        fed = half;
      }
      default -> throw new AssertionError(frontier.storage());
    }
    if (rounded) {
      stacked = padded(tf, stacked);
    }
    List<Operand<TFloat32>> states = List.copyOf(tf.unstack(stacked, count).output()); // [B, T, H]
    var lengths =
        tf.withName(frontier.lengthsInput())
            .placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    return new Built(fed, lengths, states, SequenceMask.of(tf, lengths, states.get(0)));
  }

  /** Pads states [L, B, T, H] with zeros. */
  private static Operand<TFloat32> padded(Ops tf, Operand<TFloat32> states) {
    var length = tf.stridedSlice(tf.shape(states), Indices.at(2));
    var isLong = tf.dtypes.cast(tf.math.greater(length, tf.constant(LONG)), TInt32.class);
    var multiple = tf.math.mul(tf.math.add(isLong, tf.constant(1)), tf.constant(MULTIPLE));
    var missing = tf.math.floorMod(tf.math.neg(length), multiple);
    var behind = tf.constant(new int[][] {{0, 0}, {0, 0}, {0, 1}, {0, 0}});
    return tf.pad(states, tf.math.mul(missing, behind), tf.constant(0f));
  }
}
