package io.loramer.savedmodels.imports;

import com.google.protobuf.ByteString;
import io.loramer.savedmodels.testing.SavedModelCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Small SavedModels that ask for much memory are refused before TensorFlow takes it. */
final class OversizedSavedModelTest {
  @TempDir private Path folder;
  private SavedModelCopy model;

  @BeforeEach
  void copy() throws IOException {
    model = SavedModelCopy.into(folder);
  }

  @Test
  void functionsThatDoubleWithEachCallAreRefused() throws IOException {
    int functions = 40;
    model.addNode("added", SavedModelCopy.call("bomb", "double0"));
    model.change(
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
                      : SavedModelCopy.call(name, "double" + (i + 1)));
            }
          }
        });
    model.assertRefused("more than 100,000 nodes when inlined");
  }

  @Test
  void functionOfLargeConstantThatIsCalledOftenIsRefused() throws IOException {
    int calls = 300;
    TensorProto.Builder large = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    large.setTensorContent(ByteString.copyFrom(new byte[1 << 20]));
    large.getTensorShapeBuilder().addDimBuilder().setSize((1 << 20) / Float.BYTES);
    model.change(
        graph ->
            graph
                .getGraphDefBuilder()
                .getLibraryBuilder()
                .addFunctionBuilder()
                .addNodeDef(SavedModelCopy.constant(large).setName("large"))
                .getSignatureBuilder()
                .setName("holder"));
    model.changeFunctions(
        function -> {
          for (int i = 0; i < calls; i++) {
            function.addNodeDef(SavedModelCopy.call("call" + i, "holder"));
          }
        });
    model.assertRefused("grow by more than 64 MB");
  }

  @ParameterizedTest
  @CsvSource({"1, 17179869184", "3, 8388608"})
  void constantsOfFewBytesAndManyElementsAreRefused(int count, long elements) throws IOException {
    for (int i = 0; i < count; i++) {
      model.addNode("added" + i, SavedModelCopy.constant(repeated(elements)));
    }
    model.assertRefused("constants with far more elements than are stored");
  }

  @Test
  void tensorThatIsHugeWhateverIsFedIsRefused() throws IOException {
    TensorProto.Builder sizes = TensorProto.newBuilder().setDtype(DataType.DT_INT32);
    sizes.addIntVal(1 << 15).addIntVal(1 << 16).getTensorShapeBuilder().addDimBuilder().setSize(2);
    model.addNode("sizes", SavedModelCopy.constant(sizes));
    model.addNode("value", SavedModelCopy.constant(repeated(1)));
    model.addNode(
        "added",
        NodeDef.newBuilder()
            .setOp("BroadcastTo")
            .addInput("value:output:0")
            .addInput("sizes:output:0")
            .putAttr("T", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build()));
    model.assertRefused("more than 16,777,216 elements whatever it is fed");
    model.assertRefused("added [32768, 65536]");
  }

  @Test
  void variableThatItsFileCannotHoldIsRefused() throws IOException {
    model.changeRowsOfKernels(1L << 40);
    model.assertRefused("variables bigger than the file of their values");
  }

  @Test
  void variablesThatTheirFileCannotHoldTogetherAreRefused() throws IOException {
    // Each alone is smaller than the file.
    model.changeRowsOfKernels(1000);
    model.assertRefused("variables bigger than the file of their values");
  }

  private static TensorProto.Builder repeated(long elements) {
    TensorProto.Builder value = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(1);
    value.getTensorShapeBuilder().addDimBuilder().setSize(elements);
    return value;
  }
}
