package io.loramer.training.run;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tensorflow.proto.RunMetadata;

/**
 * The results of one training step.
 *
 * @param trace of its ops, if it was to be traced
 */
public record StepMetrics(
    float loss,
    float crossEntropy,
    OptionalDouble mutualInformation,
    float learningRate,
    Optional<RunMetadata> trace) {
  /**
   * Refuses to go on with a loss that is no number.
   *
   * @param number of the step
   */
  public void requireFinite(long number) throws IOException {
    if (!Float.isFinite(loss)) {
      throw new IOException(
          "step %d: the loss is %s; lower training.learning_rate, or set".formatted(number, loss)
              + " training.max_gradient_norm; the last checkpoint is unharmed");
    }
  }
}
