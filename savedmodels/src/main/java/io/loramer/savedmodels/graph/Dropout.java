package io.loramer.savedmodels.graph;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint16;

/**
 * Inverted dropout: {@code y = x · keep / P(keep)}, each element of {@code keep} 1 with probability
 * {@code P(keep)}, which is {@code 1 − rate} to 16 bits, else 0.
 *
 * <p>The mask depends only on a seed that the caller feeds and on the dropout's name in the graph,
 * so a step of a resumed run drops the same elements as in an uninterrupted run.
 */
public final class Dropout {
  /** Name of the int64 scalar that seeds dropout in an encoder SavedModel's {@code train} graph. */
  public static final String SEED = "dropout_seed";

  /** The number of values of 16 bits: a rate is rounded to a multiple of its inverse. */
  public static final int VALUES = 1 << Short.SIZE;

  private static final int PER_DRAW = Long.SIZE / Short.SIZE;

  private final Optional<Operand<TInt64>> seed;

  private Dropout(Optional<Operand<TInt64>> seed) {
    this.seed = seed;
  }

  /** Returns dropout for inference, which keeps every element. */
  public static Dropout none() {
    return new Dropout(Optional.empty());
  }

  /**
   * Returns dropout for training.
   *
   * @param seed int64 scalar, which should differ in every step
   */
  public static Dropout seededBy(Operand<TInt64> seed) {
    return new Dropout(Optional.of(seed));
  }

  /**
   * Sets a fraction of the elements of x to 0 and scales the others by {@code 1 / P(keep)}.
   *
   * @param x float32 of any shape
   * @param rate the probability of dropping, in [0, 1)
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x, float rate) {
    if (seed.isEmpty() || rate == 0) {
      return x;
    }
    Ops scoped = tf.withSubScope("dropout");
    int dropped = Math.round(rate * VALUES);
    var keep =
        scoped.math.greaterEqual(
            numbers(scoped, scoped.shape(x)),
            scoped.dtypes.cast(scoped.constant(dropped), TUint16.class));
    var scale = scoped.constant((float) VALUES / (VALUES - dropped));
    // A product has a cheaper gradient than a selection between x and 0.
    var mask = scoped.math.mul(scoped.dtypes.cast(keep, TFloat32.class), scale);
    return scoped.math.mul(x, mask);
  }

  /** Draws 16 random bits for each element, four elements from each 64-bit number. */
  private Operand<TUint16> numbers(Ops tf, Operand<TInt32> shape) {
    long place = Variables.hash(tf.scope().makeOpName("place"));
    var key = tf.stack(List.of(seed.orElseThrow(), tf.constant(place)));
    var count = tf.prod(shape, tf.constant(0));
    var draws =
        tf.math.floorDiv(tf.math.add(count, tf.constant(PER_DRAW - 1)), tf.constant(PER_DRAW));
    var drawn =
        tf.random.statelessRandomUniformFullInt(
            tf.expandDims(draws, tf.constant(0)), key, TInt64.class);
    var numbers = tf.reshape(tf.bitcast(drawn, TUint16.class), tf.constant(new int[] {-1}));
    var first = tf.slice(numbers, tf.constant(new int[] {0}), tf.expandDims(count, tf.constant(0)));
    return tf.reshape(first, shape);
  }
}
