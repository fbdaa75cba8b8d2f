package io.loramer.savedmodels.imports;

import com.google.protobuf.ByteString;
import io.loramer.savedmodels.testing.SavedModelCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.TensorProto;

/** What import says to SavedModels that are no encoder's, made from fixtures/tf/roberta. */
@Tag("slow")
final class UnusableSavedModelTest {
  @TempDir private Path folder;
  private SavedModelCopy model;

  @BeforeEach
  void copy() throws IOException {
    model = SavedModelCopy.into(folder);
  }

  @Test
  void withoutTheServeTagItIsRefusedWithTheTagsItHas() throws IOException {
    model.change(graph -> graph.getMetaInfoDefBuilder().clearTags().addTags("tpu"));
    model.assertRefused("expected a graph with tag serve, found [[tpu]]");
  }

  @Test
  void withoutTheDefaultSignatureItIsRefusedWithThoseItHas() throws IOException {
    model.change(graph -> graph.removeSignatureDef("serving_default"));
    model.assertRefused(
        "expected a signature serving_default, found [__saved_model_init_op, int64_");
  }

  @Test
  void withoutWaveformTokensOrStatesItIsRefusedWithWhatItHas() throws IOException {
    model.changeSignature(
        signature ->
            signature
                .putInputs("pixels", signature.getInputsOrThrow("input_ids"))
                .removeInputs("input_ids")
                .removeOutputs("last_hidden_state"));
    model.assertRefused(
        "expected inputs input_values or input_ids, and attention_mask; found [attention_mask,"
            + " pixels, token_type_ids]; outputs last_hidden_state or logits, float32; found"
            + " [pooler_output]");
  }

  @Test
  void inputThatNobodyFeedsIsNamed() throws IOException {
    model.changeSignature(
        signature ->
            signature
                .putInputs("segments", signature.getInputsOrThrow("token_type_ids"))
                .removeInputs("token_type_ids"));
    model.assertRefused("need more inputs than an encoder has: serving_default_token_type_ids");
  }

  @Test
  void opsThatTensorFlowLacksAreNamed() throws IOException {
    model.changeNode("Softmax", node -> node.setOp("IO>DecodeAAC"));
    model.changeNode("Tanh", node -> node.setOp("SentencepieceOp"));
    model.assertRefused("lacks: IO>DecodeAAC, SentencepieceOp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PyFunc", "WriteFile", "ReadFile", "HashTableV2", "Abort", "DebugIdentity"})
  void opsThatKeepStateOrActOutsideOfTheGraphAreNamed(String op) throws IOException {
    model.addNode("added", NodeDef.newBuilder().setOp(op));
    model.assertRefused("ops that keep state or act outside of it: " + op);
  }

  @Test
  void opsThatBranchAreNamed() throws IOException {
    AttrValue.Builder function = AttrValue.newBuilder();
    function.getFuncBuilder().setName("f");
    model.addNode(
        "added", NodeDef.newBuilder().setOp("If").putAttr("then_branch", function.build()));
    model.assertRefused("ops that branch, loop or map: If");
  }

  @Test
  void functionThatCallsItselfIsRefused() throws IOException {
    model.changeFunctions(
        function -> {
          NodeDef.Builder call = SavedModelCopy.call("again", function.getSignature().getName());
          function.getSignature().getInputArgList().forEach(arg -> call.addInput(arg.getName()));
          function.addNodeDef(call);
        });
    model.assertRefused("calls itself");
  }

  @Test
  void functionThatTheLibraryLacksIsNamed() throws IOException {
    model.change(graph -> graph.getGraphDefBuilder().clearLibrary());
    model.assertRefused("calls the function __inference_signature_wrapper_");
  }

  @Test
  void constantOfAnotherTypeThanItsNodeSaysIsRefused() throws IOException {
    // TensorFlow would end the process: "Check failed: dtype() == expected_dtype".
    model.changeNode(
        "Const",
        node -> {
          TensorProto.Builder value = node.getAttrOrThrow("value").getTensor().toBuilder();
          value.setDtype(DataType.DT_INT4);
          node.putAttr("value", AttrValue.newBuilder().setTensor(value).build());
        });
    model.assertRefused("constants whose values are of another type");
  }

  @Test
  void valuesFromFilesThatAreNotItsOwnAreRefused() throws IOException {
    TensorProto.Builder path = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    path.addStringVal(ByteString.copyFromUtf8("../../other/variables/variables"));
    model.change(
        graph ->
            graph.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilderList().stream()
                .filter(f -> f.getSignature().getName().contains("restore"))
                .forEach(
                    f -> {
                      f.addNodeDef(SavedModelCopy.constant(path).setName("elsewhere"));
                      f.getNodeDefBuilderList().stream()
                          .filter(node -> node.getOp().equals("RestoreV2"))
                          .forEach(node -> node.setInput(0, "elsewhere:output:0"));
                    }));
    model.assertRefused("values that come from other files than its own");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../etc/passwd", "/etc/passwd", "a/../../saved_model.pb"})
  void assetOutsideOfItsFolderIsRefused(String file) throws IOException {
    model.change(graph -> graph.addAssetFileDefBuilder().setFilename(file));
    model.assertRefused("assets outside of its folder: " + file);
  }

  @Test
  void variableOfUnknownShapeIsRefused() throws IOException {
    model.changeRowsOfKernels(-1);
    model.assertRefused("variables of unknown shape");
  }

  @Test
  void variableOfAnotherShapeThanItsFileHoldsIsRefused() throws IOException {
    // TensorFlow would assign it, and end the process: "Check failed: d < dims()".
    model.changeRowsOfKernels(1);
    model.assertRefused("[1,48] does not match the shape stored in checkpoint: [48,48]");
  }

  @Test
  void withoutASaverItIsRefused() throws IOException {
    model.change(graph -> graph.setSaverDef(SaverDef.getDefaultInstance()));
    model.assertRefused("no saver to restore its variables with");
  }

  @Test
  void withoutValuesOfItsVariablesItIsRefused() throws IOException {
    Files.delete(folder.resolve("variables/variables.index"));
    model.assertRefused(
        "expected variables.index and variables.data-00000-of-00001, found [variables.d");
  }

  @Test
  void withDamagedValuesItIsRefused() throws IOException {
    Path data = folder.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    bytes[bytes.length / 2] ^= 1;
    Files.write(data, bytes);
    model.assertRefused("cannot be restored");
  }

  @Test
  void damagedProtobufIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("saved_model.pb"));
    Files.write(
        folder.resolve("saved_model.pb"), ByteString.copyFrom(bytes, 0, 99_999).toByteArray());
    model.assertRefused("damaged");
  }
}
