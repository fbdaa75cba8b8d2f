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
 * What callers of an exported model must know beyond its signature: the asset {@code
 * emotion_model.json}.
 *
 * @param labels in the order of the probabilities
 * @param minSamples the fewest samples that the speech encoder makes a frame of; absent if the
 *     model does not hear
 * @param maxSamples what the clips of training were cropped to
 * @param maxTokens the longest text, in tokens; absent if the model does not read
 * @param padId what token ids may be filled up with
 * @param toldSpeakers whether training, and {@code test}, told the model who speaks; the exported
 *     model takes everybody for somebody unknown
 * @param test how well the model did on speakers of the test split, if there was one
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

  /** Returns whether the model takes words. */
  public boolean usesText() {
    return maxTokens.isPresent();
  }

  public void write(Path file) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
  }

  /**
   * Reads the asset of an exported model.
   *
   * @throws IOException if it has none, or a damaged one
   */
  public static EmotionModelInfo read(Path model) throws IOException {
    Path file = model.resolve("assets").resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          model
              + ": not an emotion model: it has no assets/"
              + FILE
              + "; `lora-mer export` makes one from a run");
    }
    return JSON.readValue(file.toFile(), EmotionModelInfo.class);
  }
}
