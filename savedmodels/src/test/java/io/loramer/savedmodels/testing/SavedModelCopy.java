package io.loramer.savedmodels.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.optimize.Computation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;

/** A copy of fixtures/tf/roberta that tests change, to see what import says to it. */
public record SavedModelCopy(Path folder) {
  private static final Path ROBERTA = Fixture.of("tf/roberta").folder().resolve("saved_model");

  /** Copies it into an empty folder. */
  public static SavedModelCopy into(Path folder) throws IOException {
    Files.createDirectory(folder.resolve("variables"));
    try (Stream<Path> files = Files.walk(ROBERTA)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(ROBERTA.relativize(file).toString()));
      }
    }
    return new SavedModelCopy(folder);
  }

  /**
   * Asserts that import or restoring fails with a message that names the folder and has this in it.
   */
  public void assertRefused(String reason) {
    var refused = assertThrows(IOException.class, this::use);
    String message = refused.getMessage();
    assertTrue(message.contains(reason), message);
    assertTrue(message.startsWith(folder.toString()), message);
  }

  private void use() throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      SavedModelFolder model = SavedModelFolder.open(folder);
      ImportedEncoder.into(
              graph,
              new Variables(graph, 1),
              "text",
              EncoderSavedModel.of(model),
              MetaGraph.SERVE,
              Optional.empty(),
              Optional.empty(),
              Computation.FLOAT32)
          .restore(session);
    }
  }

  /** Moves an encoder's graph for training to where versions up to 0.1 wrote it. */
  public static void joinGraphs(Path encoder) throws IOException {
    Path training = encoder.resolve("training_graph.pb");
    Path file = encoder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    model.addMetaGraphs(MetaGraphDef.parseFrom(Files.readAllBytes(training)));
    Files.write(file, model.build().toByteArray());
    Files.delete(training);
  }

  /** Changes the one graph. */
  public void change(Consumer<MetaGraphDef.Builder> change) throws IOException {
    Path file = folder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(model.getMetaGraphsBuilder(0));
    Files.write(file, model.build().toByteArray());
  }

  /** Gives the variables of all query kernels another number of rows. */
  public void changeRowsOfKernels(long rows) throws IOException {
    change(
        graph ->
            graph.getGraphDefBuilder().getNodeBuilderList().stream()
                .filter(node -> node.getName().endsWith("self/query/kernel"))
                .forEach(
                    node -> {
                      AttrValue.Builder shape = node.getAttrOrThrow("shape").toBuilder();
                      shape.getShapeBuilder().getDimBuilder(0).setSize(rows);
                      node.putAttr("shape", shape.build());
                    }));
  }

  /** Changes {@code serving_default}. */
  public void changeSignature(Consumer<SignatureDef.Builder> change) throws IOException {
    change(
        graph -> {
          SignatureDef.Builder signature =
              graph.getSignatureDefOrThrow("serving_default").toBuilder();
          change.accept(signature);
          graph.putSignatureDef("serving_default", signature.build());
        });
  }

  /** Changes each function that serves. */
  public void changeFunctions(Consumer<FunctionDef.Builder> change) throws IOException {
    change(
        graph ->
            graph.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilderList().stream()
                .filter(function -> function.getSignature().getName().contains("inference_serving"))
                .forEach(change));
  }

  /** Adds a node that the outputs wait for to each function that serves. */
  public void addNode(String name, NodeDef.Builder node) throws IOException {
    changeFunctions(
        function -> {
          function.addNodeDef(node.setName(name));
          function.getNodeDefBuilderList().stream()
              .filter(reader -> reader.getOp().equals("Identity"))
              .forEach(reader -> reader.addInput("^" + name));
        });
  }

  /** Returns a constant without a name. */
  public static NodeDef.Builder constant(TensorProto.Builder value) {
    return NodeDef.newBuilder()
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(value.getDtype()).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build());
  }

  /** Returns a call of a function. */
  public static NodeDef.Builder call(String name, String function) {
    AttrValue.Builder called = AttrValue.newBuilder();
    called.getFuncBuilder().setName(function);
    return NodeDef.newBuilder().setName(name).setOp("PartitionedCall").putAttr("f", called.build());
  }

  /** Changes the last node of an op in each function that serves. */
  public void changeNode(String op, Consumer<NodeDef.Builder> change) throws IOException {
    changeFunctions(
        function ->
            function.getNodeDefBuilderList().stream()
                .filter(node -> node.getOp().equals(op))
                .reduce((first, second) -> second)
                .ifPresent(change));
  }
}
