package io.loramer.savedmodels;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.loramer.savedmodels.graph.Saver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.Session;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * A SavedModel on disk: {@code saved_model.pb}, {@code variables/}, {@code assets/}.
 *
 * <p>Python's {@code tf.saved_model.load(path)} requires that {@code saved_model.pb} has one graph.
 * A graph for training is therefore in a file beside it, over the same variables. Folders of
 * earlier versions have both graphs in {@code saved_model.pb}.
 *
 * @see <a href="https://www.tensorflow.org/guide/saved_model">TensorFlow's guide</a>
 */
public final class SavedModelFolder {
  private static final String GRAPHS = "saved_model.pb";

  /** A MetaGraphDef. */
  private static final String TRAINING_GRAPH = "training_graph.pb";

  /** The folder in a model's folder that Hugging Face's TF classes write the SavedModel to. */
  private static final Path OF_TRANSFORMERS = Path.of("saved_model", "1");

  private static final String ASSETS = "assets";

  private final Path folder;
  private final List<MetaGraphDef> metaGraphs;

  private SavedModelFolder(Path folder, List<MetaGraphDef> metaGraphs) {
    this.folder = folder;
    this.metaGraphs = List.copyOf(metaGraphs);
  }

  /**
   * Reads the graphs of a SavedModel.
   *
   * @param folder of the SavedModel, or of a model of Hugging Face's TF classes, which has it in
   *     {@code saved_model/1/}
   * @throws IOException if the folder has no {@code saved_model.pb}, or a file is damaged
   */
  public static SavedModelFolder open(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(GRAPHS))) {
      if (isIn(folder)) {
        return open(folder.resolve(OF_TRANSFORMERS));
      }
      throw new IOException(
          folder + ": not a SavedModel: it has no " + GRAPHS + "; `lora-mer convert` makes one");
    }
    List<MetaGraphDef> graphs =
        new ArrayList<>(parse(folder.resolve(GRAPHS), SavedModel.parser()).getMetaGraphsList());
    Path training = folder.resolve(TRAINING_GRAPH);
    if (Files.isRegularFile(training)) {
      graphs.add(parse(training, MetaGraphDef.parser()));
    }
    return new SavedModelFolder(folder, graphs);
  }

  /** Returns whether a folder is one that {@link #open} looks for graphs in, and has some. */
  public static boolean isIn(Path folder) {
    return Stream.of(folder, folder.resolve(OF_TRANSFORMERS))
        .anyMatch(place -> Files.isRegularFile(place.resolve(GRAPHS)));
  }

  private static <T> T parse(Path file, Parser<T> parser) throws IOException {
    try {
      return parser.parseFrom(Files.readAllBytes(file));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(file + ": damaged: " + e.getMessage(), e);
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
    for (MetaGraph graph : graphs) {
      if (graph.tag().equals(MetaGraph.TRAIN)) {
        Files.write(folder.resolve(TRAINING_GRAPH), graph.toProto().toByteArray());
      } else {
        proto.addMetaGraphs(graph.toProto());
      }
    }
    Files.write(folder.resolve(GRAPHS), proto.build().toByteArray());
    Files.createDirectories(folder.resolve("variables"));
    Files.createDirectories(folder.resolve(ASSETS));
    saver.save(session, variables(folder));
  }

  /** Returns all graphs. */
  List<MetaGraphDef> metaGraphs() {
    return metaGraphs;
  }

  /** Returns the graph with exactly this tag. */
  public Optional<MetaGraphDef> metaGraph(String tag) {
    return metaGraphs.stream()
        .filter(graph -> graph.getMetaInfoDef().getTagsList().equals(List.of(tag)))
        .findFirst();
  }

  /** Returns the tags of each graph. */
  public List<List<String>> tags() {
    return metaGraphs.stream()
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

  /** Returns the files with the graphs: one, or two if that for training is beside. */
  public List<Path> graphFiles() {
    return Stream.of(GRAPHS, TRAINING_GRAPH)
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .toList();
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
