package io.loramer.savedmodels;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
   * @throws IOException if it is none, or lacks its variables
   */
  public static SavedModelFolder open(Path folder) throws IOException {
    Path graphs = folder.resolve(GRAPHS);
    if (!Files.isRegularFile(graphs)) {
      throw new IOException(
          folder + ": not a SavedModel: it has no " + GRAPHS + "; `lora-mer convert` makes one");
    }
    Path index = variables(folder).resolveSibling("variables.index");
    if (!Files.isRegularFile(index)) { // TensorFlow would load it, and fail when it is run
      throw new IOException(index + ": no such file; the SavedModel is damaged");
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
   * @param session holds the variables that {@code saver} saves
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

  /** Returns the graph with exactly this tag. */
  public Optional<MetaGraphDef> metaGraph(String tag) {
    return proto.getMetaGraphsList().stream()
        .filter(graph -> graph.getMetaInfoDef().getTagsList().equals(List.of(tag)))
        .findFirst();
  }

  /** Returns the prefix of the files that hold the variables. */
  public Path variables() {
    return variables(folder);
  }

  /** Returns where a file that belongs to the model lies, whether it is there or not. */
  public Path asset(String name) {
    return folder.resolve(ASSETS).resolve(name);
  }

  /** Returns the folder. */
  public Path path() {
    return folder;
  }

  private static Path variables(Path folder) {
    return folder.resolve("variables").resolve("variables");
  }
}
