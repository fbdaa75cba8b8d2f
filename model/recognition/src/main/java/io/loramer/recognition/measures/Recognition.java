package io.loramer.recognition.measures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.types.TFloat32;

/**
 * What a model says of a clip and its words.
 *
 * @param label the most probable emotion
 * @param probabilities of each emotion, in the model's order
 * @param fusionWeights the shares of audio and text in the decision, of a model that has both
 */
public record Recognition(
    String label, Map<String, Float> probabilities, Optional<Map<String, Float>> fusionWeights) {

  private static final List<String> MODALITIES = List.of("audio", "text");

  /**
   * Reads a row of a batch's outputs.
   *
   * @param probabilities float32 [B, labels]
   * @param fusionWeights float32 [B, 2]
   * @throws IllegalArgumentException if a probability is no number
   */
  public static Recognition ofRow(
      int row, List<String> labels, TFloat32 probabilities, Optional<TFloat32> fusionWeights) {
    Map<String, Float> named = named(labels, probabilities, row);
    if (!named.values().stream().allMatch(Float::isFinite)) {
      throw new IllegalArgumentException(
          "probabilities: expected numbers, found %s: the clip's samples or the model's weights are"
                  .formatted(named)
              + " no numbers or too large; look at the clip, or train with a lower"
              + " training.learning_rate or with training.max_gradient_norm");
    }
    String best = labels.get(0);
    for (String label : labels) {
      best = named.get(label) > named.get(best) ? label : best;
    }
    return new Recognition(best, named, fusionWeights.map(w -> named(MODALITIES, w, row)));
  }

  private static Map<String, Float> named(List<String> names, TFloat32 matrix, int row) {
    Map<String, Float> named = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), matrix.getFloat(row, i));
    }
    return named;
  }
}
