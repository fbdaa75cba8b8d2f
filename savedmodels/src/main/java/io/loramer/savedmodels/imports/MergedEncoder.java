package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.graph.TensorFlowLog;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * Merges an adapter into the kernels of an encoder SavedModel. The result has the same graphs and
 * assets, and can be used by programs without LoRA.
 */
public final class MergedEncoder {
  /** Files that depend on the variables' values; the fingerprint is optional. */
  private static final Set<String> OF_VALUES = Set.of("variables", "fingerprint.pb");

  private MergedEncoder() {}

  /**
   * Writes an encoder with an adapter merged in.
   *
   * @param target the new SavedModel's folder, which must not exist
   * @return the number of kernels that changed
   * @throws IOException if the target exists, or a file is unreadable
   * @throws IllegalArgumentException if the adapter does not fit the encoder
   */
  public static int write(SavedModelFolder encoder, LoraAdapter adapter, Path target)
      throws IOException {
    AtomicFolder.requireAbsent(target);
    List<LoraTarget> targets = adapter.targetsAmong(EncoderSavedModel.of(encoder).linearMaps());
    MetaGraphDef metaGraph = encoder.metaGraph(MetaGraph.SERVE).orElseThrow();
    SaverDef saver = metaGraph.getSaverDef();
    GraphDefEditor editor = new GraphDefEditor(metaGraph.getGraphDef());
    editor.nameVariables();
    TensorFlowLog.passNotes();
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      graph.importGraphDef(editor.toGraphDef());
      runSaver(session, saver, saver.getRestoreOpName(), encoder.variables());
      merge(graph, session, editor.variables(), targets, adapter);
      String save = saver.getSaveTensorName().replaceFirst(":.*$", "");
      AtomicFolder.write(
          target,
          folder -> {
            copyFiles(
                encoder.path().toRealPath(),
                folder); // walking a symbolic link yields only the link
            copyNeighbours(encoder, folder);
            Path variables = SavedModelFolder.open(folder).variables();
            Files.createDirectories(variables.getParent());
            runSaver(session, saver, save, variables);
          });
      return targets.size();
    }
  }

  /** Two runs for all kernels: after each change of the graph, TensorFlow processes it again. */
  private static void merge(
      Graph graph,
      Session session,
      Map<String, NodeDef> variables,
      List<LoraTarget> targets,
      LoraAdapter adapter) {
    Map<String, Operand<?>> handles = new HashMap<>();
    variables.forEach(
        (node, variable) ->
            handles.put(GraphDefEditor.sharedName(variable), graph.outputOrThrow(node + ":0")));
    Ops tf = Ops.create(graph).withSubScope("merge");
    List<Placeholder<TFloat32>> fed = new ArrayList<>();
    Session.Runner reading = session.runner();
    Session.Runner assigning = session.runner();
    for (LoraTarget target : targets) {
      Operand<?> handle = handles.get(target.kernel());
      reading.fetch(tf.readVariableOp(handle, TFloat32.class));
      fed.add(tf.placeholder(TFloat32.class));
      assigning.addTarget(tf.assignVariableOp(handle, fed.get(fed.size() - 1)));
    }
    List<TFloat32> merged = new ArrayList<>();
    try (Result kernels = reading.run()) {
      for (int i = 0; i < targets.size(); i++) {
        merged.add(adapter.merge(targets.get(i), (TFloat32) kernels.get(i)));
        assigning.feed(fed.get(i), merged.get(i));
      }
      assigning.run().close();
    } finally {
      merged.forEach(TFloat32::close);
    }
  }

  private static void runSaver(Session session, SaverDef saver, String operation, Path variables) {
    try (TString prefix = TString.scalarOf(variables.toString())) {
      session
          .runner()
          .feed(saver.getFilenameTensorName(), prefix)
          .addTarget(operation)
          .run()
          .close();
    }
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> walked = Files.walk(from)) {
      files = walked.map(from::relativize).filter(path -> !path.toString().isEmpty()).toList();
    }
    for (Path file : files) { // a folder comes before its content
      if (!OF_VALUES.contains(file.getName(0).toString())) {
        Files.copy(from.resolve(file), to.resolve(file));
      }
    }
  }

  /** Copies the files that Hugging Face's TF classes write beside the SavedModel, not into it. */
  private static void copyNeighbours(SavedModelFolder encoder, Path to) throws IOException {
    Path neighbours = encoder.asset("config.json").getParent();
    if (neighbours.startsWith(encoder.path())) {
      return;
    }
    Path assets = Files.createDirectories(to.resolve("assets"));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(neighbours, "*.json")) {
      for (Path file : files) {
        Files.copy(file, assets.resolve(file.getFileName()));
      }
    }
  }
}
