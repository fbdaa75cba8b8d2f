package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.MetaGraph.CallSignature;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Saver;
import io.loramer.savedmodels.graph.TensorFlowLog;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Converts a Hugging Face checkpoint to an encoder SavedModel.
 *
 * <p>It has the graph {@code serve} and, in a file beside it, the graph {@code train} with the
 * dropout of the checkpoint's layers, over one set of variables with the checkpoint's own names,
 * and the checkpoint's small files as assets.
 */
public final class EncoderConversion {
  /** The files of a checkpoint that become assets, if it has them. */
  public static final List<String> ASSETS =
      List.of(
          "config.json",
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json");

  private EncoderConversion() {}

  /**
   * The result of a conversion.
   *
   * @param parameters the number of parameters of the encoder
   * @param unused the checkpoint's other tensors, by module
   * @param warnings about files that the checkpoint lacks, a sentence each
   */
  public record Summary(
      String architecture, long parameters, List<UnusedTensors> unused, List<String> warnings) {}

  /** The graph of one tag, with its variables. */
  private record Built(
      Graph graph, Variables variables, List<Parameter> parameters, MetaGraph metaGraph)
      implements AutoCloseable {
    @Override
    public void close() {
      graph.close();
    }
  }

  /**
   * Converts a checkpoint.
   *
   * @param checkpoint a folder with {@code config.json} and weights as {@link Checkpoint} reads
   *     them
   * @param target the SavedModel's folder, which must not exist
   * @throws IOException if the target exists, or the checkpoint does not fit its config.json
   */
  public static Summary convert(Path checkpoint, Path target, PaddingInNorm paddingInNorm)
      throws IOException {
    AtomicFolder.requireAbsent(target);
    TensorFlowLog.passNotes();
    ConfigFile configFile = ConfigFile.read(checkpoint.resolve(EncoderConfig.FILE));
    try (Checkpoint file = Checkpoint.open(checkpoint)) {
      EncoderConfig config = EncoderConfig.ofCheckpoint(configFile, paddingInNorm, file.names());
      List<String> warnings = EncoderFiles.warnings(configFile, config, checkpoint::resolve);
      return convert(checkpoint, file, config, target, warnings);
    }
  }

  private static Summary convert(
      Path checkpoint, Checkpoint file, EncoderConfig config, Path target, List<String> warnings)
      throws IOException {
    try (Built serve = build(config, MetaGraph.SERVE);
        Built train = build(config, MetaGraph.TRAIN);
        Session session = new Session(serve.graph)) {
      Weights weights = new Weights(file, config.base(), serve.parameters);
      weights.requireComplete(checkpoint.toString());
      assign(weights, serve, session);
      AtomicFolder.write(
          target,
          folder -> {
            SavedModelFolder.write(
                folder,
                List.of(serve.metaGraph, train.metaGraph),
                serve.metaGraph.saver(),
                session);
            copyAssets(checkpoint, SavedModelFolder.open(folder));
          });
      long size = serve.parameters.stream().mapToLong(p -> p.shape().size()).sum();
      return new Summary(config.base(), size, weights.unused(), warnings);
    }
  }

  private static Built build(EncoderConfig config, String tag) {
    Graph graph = new Graph();
    try {
      return build(graph, config, tag);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  private static Built build(Graph graph, EncoderConfig config, String tag) {
    Ops tf = Ops.create(graph);
    Variables variables = new Variables(graph, 0); // nothing is drawn
    Parameters parameters = new Parameters(variables, tf);
    Dropout dropout =
        tag.equals(MetaGraph.TRAIN)
            ? Dropout.seededBy(
                tf.withName(Dropout.SEED).placeholderWithDefault(tf.constant(0L), Shape.scalar()))
            : Dropout.none();
    List<CallSignature> signatures = config.build(parameters, dropout);
    Saver saver = new Saver(graph, variables.all(Role.FROZEN));
    MetaGraph metaGraph = new MetaGraph(tag, graph.toGraphDef(), saver, signatures);
    return new Built(graph, variables, parameters.required(), metaGraph);
  }

  /** Assigns the variables by nodes that are not part of the MetaGraph, which is complete. */
  private static void assign(Weights weights, Built built, Session session) throws IOException {
    Map<String, TFloat32> values = new LinkedHashMap<>();
    try {
      for (Parameter parameter : built.parameters) {
        values.put(parameter.name(), weights.valueOf(parameter));
      }
      // All in one run: after each change of the graph, TensorFlow processes the whole graph again.
      built.variables.assign(session, values);
    } finally {
      values.values().forEach(TFloat32::close);
    }
  }

  private static void copyAssets(Path checkpoint, SavedModelFolder model) throws IOException {
    for (String name : ASSETS) {
      if (Files.exists(checkpoint.resolve(name))) {
        Files.copy(checkpoint.resolve(name), model.newAsset(name));
      }
    }
  }
}
