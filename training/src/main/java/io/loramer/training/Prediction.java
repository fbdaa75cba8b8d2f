package io.loramer.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model says of an utterance.
 *
 * @param label the true emotion
 * @param predicted the most probable one
 * @param probabilities of each emotion
 * @param fusionWeights the shares of audio and text, of a model that has both
 */
public record Prediction(
    String id,
    String speaker,
    String label,
    String predicted,
    Map<String, Float> probabilities,
    Optional<Map<String, Float>> fusionWeights) {

  static Prediction of(
      Utterance utterance,
      List<String> labels,
      float[] probabilities,
      Optional<float[]> fusionWeights) {
    Map<String, Float> named = new LinkedHashMap<>();
    int best = 0;
    for (int i = 0; i < labels.size(); i++) {
      named.put(labels.get(i), probabilities[i]);
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return new Prediction(
        utterance.id(),
        utterance.speaker(),
        utterance.label(),
        labels.get(best),
        named,
        fusionWeights.map(Prediction::namedWeights));
  }

  private static Map<String, Float> namedWeights(float[] weights) {
    Map<String, Float> named = new LinkedHashMap<>();
    named.put("audio", weights[0]);
    named.put("text", weights[1]);
    return named;
  }

  /** Returns the cross-entropy of this prediction in nats. */
  double crossEntropy() {
    // A probability that underflowed to 0 would make the mean infinite.
    return -Math.log(Math.max(probabilities.get(label), Float.MIN_NORMAL));
  }
}
