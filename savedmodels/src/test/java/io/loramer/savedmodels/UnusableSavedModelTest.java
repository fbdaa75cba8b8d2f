package io.loramer.savedmodels;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;

/** What import says to SavedModels that are no encoder's, made from fixtures/tf/roberta. */
final class UnusableSavedModelTest {
  private static final Path ROBERTA = Fixture.of("tf/roberta").folder().resolve("saved_model");

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    copyInto(folder);
  }

  @Test
  void withoutTheServeTagItIsRefusedWithTheTagsItHas() throws IOException {
    change(graph -> graph.getMetaInfoDefBuilder().clearTags().addTags("tpu"));
    assertRefused("expected a graph with tag serve, found [[tpu]]");
  }

  @Test
  void withoutTheDefaultSignatureItIsRefusedWithThoseItHas() throws IOException {
    change(graph -> graph.removeSignatureDef("serving_default"));
    assertRefused("expected a signature serving_default, found [__saved_model_init_op, int64_");
  }

  @Test
  void withoutWaveformTokensOrStatesItIsRefusedWithWhatItHas() throws IOException {
    changeSignature(
        signature ->
            signature
                .putInputs("pixels", signature.getInputsOrThrow("input_ids"))
                .removeInputs("input_ids")
                .removeOutputs("last_hidden_state"));
    assertRefused(
        "expected inputs input_values or input_ids, and attention_mask; found [attention_mask,"
            + " pixels, token_type_ids]; outputs last_hidden_state or logits, float32; found"
            + " [pooler_output]");
  }

  @Test
  void inputThatNobodyFeedsIsNamed() throws IOException {
    changeSignature(
        signature ->
            signature
                .putInputs("segments", signature.getInputsOrThrow("token_type_ids"))
                .removeInputs("token_type_ids"));
    assertRefused("need more inputs than an encoder has: serving_default_token_type_ids");
  }

  @Test
  void opsThatTensorFlowLacksAreNamed() throws IOException {
    changeNode("Softmax", node -> node.setOp("IO>DecodeAAC"));
    changeNode("Tanh", node -> node.setOp("SentencepieceOp"));
    assertRefused("lacks: IO>DecodeAAC, SentencepieceOp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PyFunc", "WriteFile", "ReadFile", "HashTableV2", "Abort"})
  void opsThatKeepStateOrActOutsideOfTheGraphAreNamed(String op) throws IOException {
    addNode(NodeDef.newBuilder().setOp(op));
    assertRefused("ops that keep state or act outside of it: " + op);
  }

  @Test
  void opsThatBranchAreNamed() throws IOException {
    AttrValue.Builder function = AttrValue.newBuilder();
    function.getFuncBuilder().setName("f");
    addNode(NodeDef.newBuilder().setOp("If").putAttr("then_branch", function.build()));
    assertRefused("ops that branch, loop or map: If");
  }

  @Test
  void functionThatCallsItselfIsRefused() throws IOException {
    changeFunctions(
        function -> {
          NodeDef.Builder call = call("again", function.getSignature().getName());
          function.getSignature().getInputArgList().forEach(arg -> call.addInput(arg.getName()));
          function.addNodeDef(call);
        });
    assertRefused("calls itself");
  }

  @Test
  void functionsThatDoubleWithEachCallAreRefused() throws IOException {
    int functions = 40;
    addNode(call("bomb", "double0"));
    change(
        graph -> {
          for (int i = 0; i < functions; i++) {
            FunctionDef.Builder function =
                graph.getGraphDefBuilder().getLibraryBuilder().addFunctionBuilder();
            function.getSignatureBuilder().setName("double" + i);
            for (String name : List.of("left", "right")) {
              boolean last = i == functions - 1;
              function.addNodeDef(
                  last
                      ? NodeDef.newBuilder().setName(name).setOp("NoOp")
                      : call(name, "double" + (i + 1)));
            }
          }
        });
    assertRefused("more than 100,000 nodes when inlined");
  }

  @Test
  void functionThatTheLibraryLacksIsNamed() throws IOException {
    change(graph -> graph.getGraphDefBuilder().clearLibrary());
    assertRefused("calls the function __inference_signature_wrapper_");
  }

  @Test
  void constantOfFewBytesAndManyElementsIsRefused() throws IOException {
    TensorProto.Builder bomb = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(1);
    bomb.getTensorShapeBuilder().addDimBuilder().setSize(1L << 34);
    addNode(
        NodeDef.newBuilder()
            .setOp("Const")
            .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build())
            .putAttr("value", AttrValue.newBuilder().setTensor(bomb).build()));
    assertRefused("constants with far more elements than are stored");
  }

  @Test
  void constantOfAnotherTypeThanItsNodeSaysIsRefused() throws IOException {
    // TensorFlow would end the process: "Check failed: dtype() == expected_dtype".
    changeNode(
        "Const",
        node -> {
          TensorProto.Builder value = node.getAttrOrThrow("value").getTensor().toBuilder();
          value.setDtype(DataType.DT_INT4);
          node.putAttr("value", AttrValue.newBuilder().setTensor(value).build());
        });
    assertRefused("constants whose values are of another type");
  }

  @Test
  void variableThatItsFileCannotHoldIsRefused() throws IOException {
    changeRowsOfKernels(1L << 40);
    assertRefused("variables bigger than the file of their values");
  }

  @Test
  void variableOfUnknownShapeIsRefused() throws IOException {
    changeRowsOfKernels(-1);
    assertRefused("variables of unknown shape");
  }

  @Test
  void variableOfAnotherShapeThanItsFileHoldsIsRefused() throws IOException {
    // TensorFlow would assign it, and end the process: "Check failed: d < dims()".
    changeRowsOfKernels(1);
    assertRefused("[1,48] does not match the shape stored in checkpoint: [48,48]");
  }

  @Test
  void withoutASaverItIsRefused() throws IOException {
    change(graph -> graph.setSaverDef(SaverDef.getDefaultInstance()));
    assertRefused("no saver to restore its variables with");
  }

  @Test
  void withoutValuesOfItsVariablesItIsRefused() throws IOException {
    Files.delete(folder.resolve("variables/variables.index"));
    assertRefused("expected variables.index and variables.data-00000-of-00001, found [variables.d");
  }

  @Test
  void withDamagedValuesItIsRefused() throws IOException {
    Path data = folder.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    bytes[bytes.length / 2] ^= 1;
    Files.write(data, bytes);
    assertRefused("cannot be restored");
  }

  @Test
  void damagedProtobufIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("saved_model.pb"));
    Files.write(
        folder.resolve("saved_model.pb"), ByteString.copyFrom(bytes, 0, 99_999).toByteArray());
    assertRefused("damaged");
  }

  private void assertRefused(String reason) {
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
              model,
              MetaGraph.SERVE,
              Optional.empty(),
              Optional.empty())
          .restore(session);
    }
  }

  private void change(Consumer<MetaGraphDef.Builder> change) throws IOException {
    Path file = folder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    change.accept(model.getMetaGraphsBuilder(0));
    Files.write(file, model.build().toByteArray());
  }

  private void changeRowsOfKernels(long rows) throws IOException {
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

  private void changeSignature(Consumer<SignatureDef.Builder> change) throws IOException {
    change(
        graph -> {
          SignatureDef.Builder signature =
              graph.getSignatureDefOrThrow("serving_default").toBuilder();
          change.accept(signature);
          graph.putSignatureDef("serving_default", signature.build());
        });
  }

  private void changeFunctions(Consumer<FunctionDef.Builder> change) throws IOException {
    change(
        graph ->
            graph.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilderList().stream()
                .filter(function -> function.getSignature().getName().contains("inference_serving"))
                .forEach(change));
  }

  /** Adds a node that the outputs wait for to each function that serves. */
  private void addNode(NodeDef.Builder node) throws IOException {
    changeFunctions(
        function -> {
          function.addNodeDef(node.setName("added"));
          function.getNodeDefBuilderList().stream()
              .filter(reader -> reader.getOp().equals("Identity"))
              .forEach(reader -> reader.addInput("^added"));
        });
  }

  private static NodeDef.Builder call(String name, String function) {
    AttrValue.Builder called = AttrValue.newBuilder();
    called.getFuncBuilder().setName(function);
    return NodeDef.newBuilder().setName(name).setOp("PartitionedCall").putAttr("f", called.build());
  }

  /** Changes the last node of an op in each function that serves. */
  private void changeNode(String op, Consumer<NodeDef.Builder> change) throws IOException {
    changeFunctions(
        function ->
            function.getNodeDefBuilderList().stream()
                .filter(node -> node.getOp().equals(op))
                .reduce((first, second) -> second)
                .ifPresent(change));
  }

  private static void copyInto(Path folder) throws IOException {
    Files.createDirectory(folder.resolve("variables"));
    try (Stream<Path> files = Files.walk(ROBERTA)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(ROBERTA.relativize(file).toString()));
      }
    }
  }
}
