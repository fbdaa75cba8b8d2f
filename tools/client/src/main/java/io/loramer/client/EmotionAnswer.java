package io.loramer.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A server's answer for an audio file and its words.
 *
 * @param label the most probable emotion
 * @param probabilities the probability of each emotion; for a long file the mean over its windows
 * @param fusionWeights the weights of {@code audio} and {@code text} in the fusion; empty for a
 *     model of one modality
 * @param text the words that were used; empty for a model without text
 * @param textSource {@code transcript} for words that were sent, {@code asr} for words that the
 *     server recognised, {@code none}
 * @param textConfidence the confidence of recognised words, in [0, 1]
 * @param seconds the length of the audio
 * @param windows the emotion over time; a single window for audio that is not longer
 * @param model the name of the model
 * @param version the number of the model's version
 */
public record EmotionAnswer(
    String label,
    Map<String, Double> probabilities,
    Optional<Map<String, Double>> fusionWeights,
    Optional<String> text,
    Optional<String> textSource,
    OptionalDouble textConfidence,
    double seconds,
    List<Window> windows,
    String model,
    String version) {

  /**
   * A window of the audio, with the fields of the whole answer.
   *
   * @param start in seconds
   * @param end in seconds
   */
  public record Window(
      double start,
      double end,
      String label,
      Map<String, Double> probabilities,
      Optional<Map<String, Double>> fusionWeights) {}
}
