package io.loramer.recognition;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.loramer.recognition.measures.SplitMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The properties of an exported model beyond its signatures: the asset {@code emotion_model.json}.
 *
 * @param labels in the order of the probabilities
 * @param minSamples the shortest clip, one frame of the speech encoder; absent if the model takes
 *     no audio
 * @param maxSamples the length that the clips of training were cropped to
 * @param maxTokens the longest text, in tokens; absent if the model takes no text
 * @param padId the token id that pads texts; absent if the model takes no text
 * @param toldSpeakers whether the model had an input for speakers in training and in {@code test};
 *     all speakers are unknown to the exported model
 * @param test the measures on the test split; absent without one
 */
public record EmotionModelInfo(
    List<String> labels,
    Optional<Integer> minSamples,
    int maxSamples,
    Optional<Integer> maxTokens,
    Optional<Integer> padId,
    boolean toldSpeakers,
    Optional<SplitMetrics> test) {

  /** The asset that makes a SavedModel an emotion model. */
  public static final String FILE = "emotion_model.json";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new Jdk8Module())
          .build();

  /** Returns whether the model takes waveforms. */
  public boolean usesAudio() {
    return minSamples.isPresent();
  }

  /** Returns whether the model takes text. */
  public boolean usesText() {
    return maxTokens.isPresent();
  }

  /** Writes the asset. */
  public void write(Path file) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
  }

  /**
   * Reads the asset of an exported model.
   *
   * @param folder of a version, or of a model, whose newest version is read
   * @throws IOException if the model has no such asset, or a damaged one
   */
  public static EmotionModelInfo read(Path folder) throws IOException {
    Path version = ModelVersions.newest(folder).orElse(folder);
    Path file = version.resolve("assets").resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          version
              + ": expected an exported emotion model, found no assets/"
              + FILE
              + "; `lora-mer export` writes one from a run");
    }
    return JSON.readValue(file.toFile(), EmotionModelInfo.class);
  }
}
