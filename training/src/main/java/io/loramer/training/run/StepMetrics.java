package io.loramer.training.run;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tensorflow.proto.RunMetadata;

/**
 * The results of one training step.
 *
 * @param mutualInformation in nats; absent for a model of one modality
 * @param trace of its ops, if the step was traced
 */
public record StepMetrics(
    float loss,
    float crossEntropy,
    OptionalDouble mutualInformation,
    float learningRate,
    Optional<RunMetadata> trace) {
  /**
   * Checks the loss.
   *
   * @param number of the step
   * @throws IOException if the loss is NaN or infinite
   */
  public void requireFinite(long number) throws IOException {
    if (!Float.isFinite(loss)) {
      throw new IOException(
          "step %d: the loss is %s; lower training.learning_rate, or set".formatted(number, loss)
              + " training.max_gradient_norm; the last checkpoint is unharmed");
    }
  }
}
