package io.loramer.training.config;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How the trainable parameters are updated, and for how long.
 *
 * @param epochs at most; 0 gives the untrained model, a baseline
 * @param batchSize utterances in a step
 * @param learningRate of the first step; it falls to 0 over all epochs, along half a cosine
 * @param patience epochs without a better validation UA after which the run stops
 * @param maxGradientNorm limit to which the global norm of all gradients is clipped; empty for no
 *     limit
 * @param seed of initial values, shuffling and dropout
 */
public record OptimizationConfig(
    int epochs,
    int batchSize,
    float learningRate,
    int patience,
    OptionalDouble maxGradientNorm,
    long seed) {

  public OptimizationConfig {
    List<String> problems = new ArrayList<>();
    if (epochs < 0) {
      problems.add("epochs: expected a number from 0, found " + epochs);
    }
    requirePositive("batch_size", batchSize, problems);
    requirePositive("learning_rate", learningRate, problems);
    requirePositive("patience", patience, problems);
    maxGradientNorm.ifPresent(norm -> requirePositive("max_gradient_norm", norm, problems));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** The paper's values (section 3.2); patience and seed, which it does not state, are ours. */
  public static OptimizationConfig defaults() {
    return new OptimizationConfig(40, 16, 3e-4f, 10, OptionalDouble.empty(), 1);
  }

  /** Returns this configuration with another number of epochs. */
  public OptimizationConfig withEpochs(int other) {
    return new OptimizationConfig(other, batchSize, learningRate, patience, maxGradientNorm, seed);
  }

  /** Returns this configuration with another seed. */
  public OptimizationConfig withSeed(long other) {
    return new OptimizationConfig(
        epochs, batchSize, learningRate, patience, maxGradientNorm, other);
  }

  private static void requirePositive(String key, double value, List<String> problems) {
    if (!(value > 0 && value <= Float.MAX_VALUE)) {
      problems.add(key + ": expected a number above 0, found " + value);
    }
  }
}
