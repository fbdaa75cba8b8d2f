package io.loramer.training.run;

import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.types.TFloat32;

/**
 * The trained weights of a run, in the file formats of Hugging Face.
 *
 * <p>The speech encoder's adapter has PEFT's files, the head's weights are in {@code
 * head.safetensors}.
 */
public final class TrainedWeights implements AutoCloseable {
  private static final String HEAD = "head.safetensors";

  /** The model's prefix for the names of the speech encoder's variables. */
  public static final String AUDIO_PREFIX = "audio.";

  private final Optional<LoraAdapter> adapter;
  private final Map<String, TFloat32> head;

  private TrainedWeights(Optional<LoraAdapter> adapter, Map<String, TFloat32> head) {
    this.adapter = adapter;
    this.head = head;
  }

  /**
   * Writes the values of the trainable variables.
   *
   * @param folder replaced if it exists
   */
  public static void write(Path folder, Optional<LoraConfig> lora, Variables.Values values)
      throws IOException {
    Map<String, TFloat32> matrices = new LinkedHashMap<>();
    Map<String, TFloat32> head = new LinkedHashMap<>();
    values
        .byName()
        .forEach(
            (name, value) -> {
              if (name.matches(".*\\.lora_[AB]\\.weight")) {
                matrices.put(name.substring(AUDIO_PREFIX.length()), value);
              } else {
                head.put(name, value);
              }
            });
    // The old model stays until the new one is whole.
    Path aside = folder.resolveSibling("." + folder.getFileName() + ".new");
    AtomicFolder.delete(aside);
    AtomicFolder.write(
        aside,
        content -> {
          if (lora.isPresent()) {
            LoraAdapter.write(content, lora.get(), matrices);
          }
          Safetensors.write(content.resolve(HEAD), head);
        });
    AtomicFolder.delete(folder);
    Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads a folder that {@link #write} wrote.
   *
   * @param adapted whether the speech encoder has an adapter
   */
  public static TrainedWeights read(Path folder, boolean adapted) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + ": no such folder; the run has not finished an epoch");
    }
    Optional<LoraAdapter> adapter =
        adapted ? Optional.of(LoraAdapter.read(folder)) : Optional.empty();
    Map<String, TFloat32> head = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(folder.resolve(HEAD))) {
      for (String name : file.names()) {
        head.put(name, file.float32(name));
      }
    }
    return new TrainedWeights(adapter, head);
  }

  /** Returns the adapter; empty if the speech encoder is frozen. */
  public Optional<LoraAdapter> adapter() {
    return adapter;
  }

  /** Returns the head's weights by the names of their variables. */
  public Map<String, TFloat32> head() {
    return head;
  }

  @Override
  public void close() {
    adapter.ifPresent(LoraAdapter::close);
    head.values().forEach(TFloat32::close);
  }
}
