package io.loramer.savedmodels;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Inverted dropout: {@code y = x · keep / (1 − rate)}, each element of {@code keep} 1 with
 * probability {@code 1 − rate}, else 0.
 *
 * <p>The mask is a function of a seed that the caller feeds and of the place in the graph, so a
 * step of a resumed run drops what it dropped in the unbroken one.
 */
public final class Dropout {
  /** Name of the int64 scalar that an encoder SavedModel's {@code train} graph is seeded by. */
  public static final String SEED = "dropout_seed";

  private final Optional<Operand<TInt64>> seed;

  private Dropout(Optional<Operand<TInt64>> seed) {
    this.seed = seed;
  }

  /** For inference: passes everything through. */
  public static Dropout none() {
    return new Dropout(Optional.empty());
  }

  /**
   * For training.
   *
   * @param seed int64 scalar, another one for every step
   */
  public static Dropout seededBy(Operand<TInt64> seed) {
    return new Dropout(Optional.of(seed));
  }

  /**
   * Drops elements of x.
   *
   * @param x float32 of any shape
   * @param rate the probability of dropping, in [0, 1)
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x, float rate) {
    if (seed.isEmpty() || rate == 0) {
      return x;
    }
    Ops scoped = tf.withSubScope("dropout");
    long place = Variables.hash(scoped.scope().makeOpName("place"));
    var key = scoped.stack(List.of(seed.get(), scoped.constant(place)));
    var uniform =
        scoped.random.statelessRandomUniform(scoped.shape(x), key, TFloat32.class); // in [0, 1)
    var keep = scoped.math.greaterEqual(uniform, scoped.constant(rate));
    var scale = scoped.constant(1 / (1 - rate));
    return scoped.select(keep, scoped.math.mul(x, scale), scoped.zerosLike(x));
  }
}
