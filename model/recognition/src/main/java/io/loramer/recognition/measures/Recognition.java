package io.loramer.recognition.measures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.types.TFloat32;

/**
 * A model's outputs for one clip and its text.
 *
 * @param label the most probable emotion
 * @param probabilities of each emotion, in the order of the model's labels; they sum to 1
 * @param fusionWeights the shares of {@code audio} and {@code text} in the fused features, which
 *     sum to 1; absent if the model takes one modality
 */
public record Recognition(
    String label, Map<String, Float> probabilities, Optional<Map<String, Float>> fusionWeights) {

  private static final List<String> MODALITIES = List.of("audio", "text");

  /**
   * Names a row of outputs. Of equal probabilities, the first label is taken.
   *
   * @param labels in the order of the probabilities
   * @param fusionWeights of audio and text
   */
  public static Recognition of(
      List<String> labels, float[] probabilities, Optional<float[]> fusionWeights) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return new Recognition(
        labels.get(best),
        named(labels, probabilities),
        fusionWeights.map(weights -> named(MODALITIES, weights)));
  }

  /**
   * Copies a row of a batch's outputs.
   *
   * @param probabilities float32 [B, labels]
   * @param fusionWeights float32 [B, 2]
   * @throws IllegalArgumentException if a probability is NaN or infinite
   */
  public static Recognition ofRow(
      int row, List<String> labels, TFloat32 probabilities, Optional<TFloat32> fusionWeights) {
    Recognition recognition =
        of(labels, row(probabilities, row), fusionWeights.map(weights -> row(weights, row)));
    if (!recognition.probabilities.values().stream().allMatch(Float::isFinite)) {
      throw new IllegalArgumentException(
          "probabilities: expected finite numbers, found %s: the clip's samples or the model's"
                  .formatted(recognition.probabilities)
              + " weights are not finite or too large; check the clip, or train with a lower"
              + " training.learning_rate or with training.max_gradient_norm");
    }
    return recognition;
  }

  /**
   * Returns the mean of the probabilities and of the fusion weights, and the label that is most
   * probable then.
   *
   * @param parts at least one, of the same model
   */
  public static Recognition mean(List<Recognition> parts) {
    Recognition first = parts.get(0);
    List<String> labels = List.copyOf(first.probabilities.keySet());
    return of(
        labels,
        mean(parts.stream().map(Recognition::probabilities).toList(), labels),
        first.fusionWeights.map(
            weights ->
                mean(
                    parts.stream().map(part -> part.fusionWeights.orElseThrow()).toList(),
                    MODALITIES)));
  }

  private static float[] mean(List<Map<String, Float>> rows, List<String> names) {
    float[] mean = new float[names.size()];
    for (Map<String, Float> row : rows) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += row.get(names.get(i)) / rows.size();
      }
    }
    return mean;
  }

  private static float[] row(TFloat32 matrix, int row) {
    float[] values = new float[Math.toIntExact(matrix.shape().get(1))];
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix.getFloat(row, i);
    }
    return values;
  }

  private static Map<String, Float> named(List<String> names, float[] values) {
    Map<String, Float> named = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      named.put(names.get(i), values[i]);
    }
    return named;
  }
}
