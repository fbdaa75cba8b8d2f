package io.loramer.savedmodels;

import io.loramer.savedmodels.graph.Saver;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Operands;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A graph of a SavedModel.
 *
 * @param tag the name by which loaders select it
 * @param saver that restores the SavedModel's variables in this graph
 */
public record MetaGraph(String tag, GraphDef graph, Saver saver, List<CallSignature> signatures) {
  /** Tag of the graph for inference. */
  public static final String SERVE = "serve";

  /** Tag of the graph with dropout. */
  public static final String TRAIN = "train";

  /** Name of the signature that is called unless the caller names another. */
  public static final String DEFAULT_SIGNATURE = "serving_default";

  /** A named set of inputs and outputs with which a graph can be called. */
  public record CallSignature(
      String name, Map<String, Operand<?>> inputs, Map<String, Operand<?>> outputs) {}

  MetaGraphDef toProto() {
    MetaGraphDef.Builder proto = MetaGraphDef.newBuilder().setGraphDef(graph);
    proto.getMetaInfoDefBuilder().addTags(tag).setTensorflowVersion(TensorFlow.version());
    proto.setSaverDef(saver.toProto());
    for (CallSignature signature : signatures) {
      SignatureDef.Builder definition =
          SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
      signature.inputs.forEach((name, operand) -> definition.putInputs(name, info(operand)));
      signature.outputs.forEach((name, operand) -> definition.putOutputs(name, info(operand)));
      proto.putSignatureDef(signature.name, definition.build());
    }
    return proto.build();
  }

  private static TensorInfo info(Operand<?> operand) {
    Output<?> output = operand.asOutput();
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (output.shape().isUnknown()) {
      shape.setUnknownRank(true);
    } else {
      for (long size : output.shape().asArray()) {
        shape.addDimBuilder().setSize(size);
      }
    }
    return TensorInfo.newBuilder()
        .setName(output.op().name() + ":" + output.index())
        .setDtype(Operands.toDataType(output.type()))
        .setTensorShape(shape)
        .build();
  }
}
