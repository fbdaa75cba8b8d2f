package io.loramer.savedmodels.graph;

import org.tensorflow.framework.initializers.Initializer;
import org.tensorflow.framework.initializers.RandomNormal;
import org.tensorflow.framework.initializers.RandomUniform;
import org.tensorflow.framework.initializers.Zeros;
import org.tensorflow.types.TFloat32;

/** Draws the first value of a new variable. */
@FunctionalInterface
public interface VariableInitializer {
  /** Returns the TensorFlow Framework's initialiser that draws with this seed. */
  Initializer<TFloat32> seeded(long seed);

  /** All zeros. */
  static VariableInitializer zeros() {
    return seed -> new Zeros<>();
  }

  /** Gaussian with mean 0. */
  static VariableInitializer normal(double standardDeviation) {
    return seed -> new RandomNormal<>(0, standardDeviation, seed);
  }

  /**
   * Uniform in ±1/sqrt(fanIn), PyTorch's default for weights and biases of {@code Linear} and
   * {@code Conv1d}.
   */
  static VariableInitializer fanIn(long fanIn) {
    double bound = 1 / Math.sqrt((double) fanIn);
    return seed -> new RandomUniform<>(-bound, bound, seed);
  }
}
