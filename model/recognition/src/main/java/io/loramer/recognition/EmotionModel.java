package io.loramer.recognition;

import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * An exported model in this process, with what belongs to it.
 *
 * @param folder of the version that was loaded
 * @param info what callers must know of it
 * @param bundle its graph for inference and its session
 * @param tokenizer of a model that reads
 */
public record EmotionModel(
    Path folder, EmotionModelInfo info, SavedModelBundle bundle, Optional<Tokenizer> tokenizer)
    implements AutoCloseable {

  /**
   * Loads a model that {@code lora-mer export} wrote.
   *
   * @param folder of a version, or of a model, whose newest version is taken
   * @throws IOException if it is no emotion model, or damaged
   */
  public static EmotionModel load(Path folder) throws IOException {
    Path version = ModelVersions.newest(folder).orElse(folder);
    EmotionModelInfo info = EmotionModelInfo.read(version); // first: it knows what users confuse
    SavedModelFolder files = SavedModelFolder.open(version);
    files.requireVariables();
    Optional<Tokenizer> tokenizer = Optional.empty();
    if (info.reads()) {
      tokenizer =
          Optional.of(
              Tokenizer.load(files.asset("tokenizer.json"), info.maxTokens().orElseThrow()));
    }
    try {
      SavedModelBundle bundle =
          SavedModelBundle.loader(version.toString())
              .withTags(MetaGraph.SERVE)
              .withConfigProto(Device.auto().session())
              .load();
      return new EmotionModel(version, info, bundle, tokenizer);
    } catch (TensorFlowException | IllegalArgumentException | IllegalStateException e) {
      tokenizer.ifPresent(Tokenizer::close);
      throw new IOException(version + ": TensorFlow cannot load it: " + e.getMessage(), e);
    }
  }

  /** Returns what pads clips and words to inputs of the model. */
  public Batches batches() {
    return new Batches(info.hears(), tokenizer, info.padId().orElse(0), info.maxSamples());
  }

  @Override
  public void close() {
    bundle.close();
    tokenizer.ifPresent(Tokenizer::close);
  }
}
