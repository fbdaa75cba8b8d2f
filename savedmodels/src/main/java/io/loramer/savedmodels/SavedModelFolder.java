package io.loramer.savedmodels;

import com.google.protobuf.InvalidProtocolBufferException;
import io.loramer.savedmodels.graph.Saver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.Session;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * A SavedModel on disk: {@code saved_model.pb}, {@code variables/}, {@code assets/}.
 *
 * @see <a href="https://www.tensorflow.org/guide/saved_model">TensorFlow's guide</a>
 */
public final class SavedModelFolder {
  private static final String GRAPHS = "saved_model.pb";
  private static final String ASSETS = "assets";

  private final Path folder;
  private final SavedModel proto;

  private SavedModelFolder(Path folder, SavedModel proto) {
    this.folder = folder;
    this.proto = proto;
  }

  /**
   * Reads the graphs of a SavedModel.
   *
   * @throws IOException if the folder has no {@code saved_model.pb}, or the file is damaged
   */
  public static SavedModelFolder open(Path folder) throws IOException {
    Path graphs = folder.resolve(GRAPHS);
    if (!Files.isRegularFile(graphs)) {
      throw new IOException(
          folder + ": not a SavedModel: it has no " + GRAPHS + "; `lora-mer convert` makes one");
    }
    try {
      return new SavedModelFolder(folder, SavedModel.parseFrom(Files.readAllBytes(graphs)));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(graphs + ": damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a SavedModel into an empty folder.
   *
   * @param session that holds the variables which {@code saver} saves
   */
  public static void write(Path folder, List<MetaGraph> graphs, Saver saver, Session session)
      throws IOException {
    SavedModel.Builder proto = SavedModel.newBuilder().setSavedModelSchemaVersion(1);
    graphs.forEach(graph -> proto.addMetaGraphs(graph.toProto()));
    Files.write(folder.resolve(GRAPHS), proto.build().toByteArray());
    Files.createDirectories(folder.resolve("variables"));
    Files.createDirectories(folder.resolve(ASSETS));
    saver.save(session, variables(folder));
  }

  /** Returns all graphs. */
  List<MetaGraphDef> metaGraphs() {
    return proto.getMetaGraphsList();
  }

  /** Returns the graph with exactly this tag. */
  public Optional<MetaGraphDef> metaGraph(String tag) {
    return proto.getMetaGraphsList().stream()
        .filter(graph -> graph.getMetaInfoDef().getTagsList().equals(List.of(tag)))
        .findFirst();
  }

  /** Returns the tags of each graph. */
  public List<List<String>> tags() {
    return proto.getMetaGraphsList().stream()
        .map(graph -> List.copyOf(graph.getMetaInfoDef().getTagsList()))
        .toList();
  }

  /**
   * Returns the size of the variables' values on disk, in bytes.
   *
   * @throws IOException if the index file or the data files are missing
   */
  public long variablesBytes() throws IOException {
    Path prefix = variables();
    List<String> found;
    try (Stream<Path> files = Files.list(prefix.getParent())) {
      found = files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (NotDirectoryException | NoSuchFileException e) {
      throw new IOException(folder + ": a SavedModel without its folder variables/", e);
    }
    String name = prefix.getFileName().toString();
    List<String> data = found.stream().filter(file -> file.startsWith(name + ".data-")).toList();
    if (!found.contains(name + ".index") || data.isEmpty()) {
      throw new IOException(
          "%s: expected %s.index and %s.data-00000-of-00001, found %s"
              .formatted(prefix.getParent(), name, name, found));
    }
    long bytes = 0;
    for (String file : data) {
      bytes += Files.size(prefix.resolveSibling(file));
    }
    return bytes;
  }

  /** Returns the prefix of the files that hold the variables. */
  public Path variables() {
    return variables(folder);
  }

  /**
   * Checks that the files with the variables' values exist. Without them, TensorFlow loads a
   * SavedModel nevertheless, and fails only when it is run.
   *
   * @throws IOException if one is missing
   */
  public void requireVariables() throws IOException {
    variablesBytes();
  }

  /** Returns the path at which a new asset of the model is written. */
  public Path newAsset(String name) {
    return folder.resolve(ASSETS).resolve(name);
  }

  /**
   * Returns the path of an asset of the model, whether the file exists or not. Hugging Face's TF
   * classes write {@code MODEL/saved_model/1/} and leave such files in {@code MODEL/}.
   */
  public Path asset(String name) {
    Path asset = newAsset(name);
    Path versions = folder.toAbsolutePath().normalize().getParent();
    boolean ofTransformers = versions != null && versions.endsWith("saved_model");
    return ofTransformers && !Files.exists(asset) ? versions.resolveSibling(name) : asset;
  }

  /** Returns the folder. */
  public Path path() {
    return folder;
  }

  private static Path variables(Path folder) {
    return folder.resolve("variables").resolve("variables");
  }
}
