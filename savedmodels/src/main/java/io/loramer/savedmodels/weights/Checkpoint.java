package io.loramer.savedmodels.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.GitLfs;
import io.loramer.savedmodels.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * The pretrained weights in a folder of the Hugging Face hub's layout: safetensors or PyTorch
 * files, whole or in shards with an index.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String SAFETENSORS = "model.safetensors";
  private static final String PYTORCH = "pytorch_model.bin";
  private static final String INDEX = ".index.json";

  /** The files with weights or an index of them; the first that exists is read. */
  public static final List<String> FILES =
      List.of(SAFETENSORS, SAFETENSORS + INDEX, PYTORCH, PYTORCH + INDEX);

  /** An index has a line of 100 bytes per tensor. */
  private static final long MAX_INDEX_BYTES = 10_000_000;

  private final Path folder;
  private final Map<String, TensorFile> files = new LinkedHashMap<>();
  private final Map<String, TensorFile> byTensor = new LinkedHashMap<>();

  private Checkpoint(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens the weights in a folder; {@code model.safetensors} has priority over {@code
   * pytorch_model.bin}.
   *
   * @throws IOException if there are none, or a file is damaged or holds other objects than tensors
   */
  public static Checkpoint open(Path folder) throws IOException {
    String name =
        FILES.stream()
            .filter(file -> Files.isRegularFile(folder.resolve(file)))
            .findFirst()
            .orElse("");
    if (name.isEmpty()) {
      throw new IOException(
          "%s: no weights: expected one of %s, found %s"
              .formatted(folder, String.join(", ", FILES), content(folder)));
    }
    Checkpoint checkpoint = new Checkpoint(folder);
    try {
      if (name.endsWith(INDEX)) {
        checkpoint.openShards(folder.resolve(name));
      } else {
        TensorFile file = checkpoint.open(name);
        file.names().forEach(tensor -> checkpoint.byTensor.put(tensor, file));
      }
      return checkpoint;
    } catch (IOException | RuntimeException e) {
      try {
        checkpoint.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /**
   * Reads the names of the shards in an index.
   *
   * @return file names by the names of the tensors in them
   * @throws IOException if the index is damaged, or a shard's name is a path
   */
  public static Map<String, String> shards(Path index) throws IOException {
    if (Files.size(index) > MAX_INDEX_BYTES) {
      throw new IOException(index + ": over " + MAX_INDEX_BYTES + " bytes");
    }
    JsonNode map;
    try {
      map =
          Json.TREE
              .readTree(new String(Files.readAllBytes(index), StandardCharsets.UTF_8))
              .path("weight_map");
    } catch (JsonProcessingException e) {
      throw new IOException(index + ": not JSON: " + e.getOriginalMessage(), e);
    }
    if (!map.isObject() || map.isEmpty()) {
      throw new IOException(index + ": expected a weight_map of tensors to files");
    }
    Map<String, String> shards = new LinkedHashMap<>();
    for (var entry : map.properties()) {
      String file = entry.getValue().asText();
      if (!file.matches("[\\w-][\\w.-]*\\.(safetensors|bin)")) {
        throw new IOException(
            "%s: refused: %s is said to lie in %s, expected a file beside the index"
                .formatted(index, entry.getKey(), entry.getValue()));
      }
      shards.put(entry.getKey(), file);
    }
    return shards;
  }

  /** Returns the names of the tensors. */
  public Set<String> names() {
    return byTensor.keySet();
  }

  /** Returns a tensor's dtype and shape. */
  public TensorType type(String name) {
    return file(name).type(name);
  }

  /** Returns a tensor's shape. */
  public Shape shape(String name) {
    return file(name).shape(name);
  }

  /**
   * Copies a tensor into native memory as float32.
   *
   * @throws IOException if its dtype is not float32, float16, bfloat16 or float64
   */
  public TFloat32 float32(String name) throws IOException {
    return file(name).float32(name);
  }

  /** Closes all files, also if closing one of them fails. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (TensorFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void openShards(Path index) throws IOException {
    Map<String, String> shards = shards(index);
    List<String> missing =
        shards.values().stream()
            .distinct()
            .filter(shard -> !Files.isRegularFile(folder.resolve(shard)))
            .toList();
    if (!missing.isEmpty()) {
      throw new IOException(index + ": names files that are not there: " + missing);
    }
    List<String> absent = new ArrayList<>();
    for (var shard : shards.entrySet()) {
      TensorFile file = open(shard.getValue());
      if (!file.names().contains(shard.getKey())) {
        absent.add(shard.getKey() + " in " + shard.getValue());
      }
      byTensor.put(shard.getKey(), file);
    }
    if (!absent.isEmpty()) {
      throw new IOException(index + ": names tensors that are not there: " + absent);
    }
  }

  private TensorFile open(String name) throws IOException {
    TensorFile open = files.get(name);
    if (open == null) {
      Path file = folder.resolve(name);
      GitLfs.refusePointer(file);
      open = name.endsWith(".safetensors") ? Safetensors.open(file) : PytorchFile.open(file);
      files.put(name, open);
    }
    return open;
  }

  private TensorFile file(String name) {
    TensorFile file = byTensor.get(name);
    if (file == null) {
      throw new IllegalArgumentException(folder + " has no tensor " + name);
    }
    return file;
  }

  private static String content(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return "no such folder";
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files.map(file -> file.getFileName().toString()).sorted().limit(20).toList();
      return names.isEmpty() ? "an empty folder" : String.join(", ", names);
    }
  }
}
