package io.loramer.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a server says of a sound file and its words.
 *
 * @param label the most probable emotion
 * @param probabilities of each emotion; of a long file the mean over its windows
 * @param fusionWeights the shares of audio and text in the decision, of a model that has both
 * @param text the words that were used, of a model that reads
 * @param textSource {@code transcript} for words that were sent, {@code asr} for words that the
 *     server recognised, {@code none}
 * @param textConfidence of words that were recognised, in [0, 1]
 * @param seconds the length of the sound
 * @param windows the emotion over time; one window where the sound is no longer than one
 * @param model its name
 * @param version of the model
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
   * A part of the sound.
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
