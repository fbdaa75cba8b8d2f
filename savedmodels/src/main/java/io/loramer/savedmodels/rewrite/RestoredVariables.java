package io.loramer.savedmodels.rewrite;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Gives every variable a restoring node of its own, so that a part of a graph restores only the
 * variables that it reads.
 *
 * <p>Restoring then fails if the file has another shape than the graph's variable. Otherwise
 * TensorFlow would assign the value, compute with it, and possibly end the process.
 *
 * @see <a href="https://www.tensorflow.org/api_docs/python/tf/raw_ops/RestoreV2">shape_and_slices,
 *     the expected shape</a>
 */
public final class RestoredVariables {
  private RestoredVariables() {}

  /**
   * Divides every {@code RestoreV2} of a graph.
   *
   * @throws IllegalArgumentException if one has fewer outputs than are read
   */
  public static void divide(GraphDefEditor graph) {
    for (NodeDef.Builder node : List.copyOf(graph.nodes())) {
      if (node.getOp().equals("AssignVariableOp")) {
        NodeDef.Builder variable = graph.producer(node.getInput(0));
        String value = GraphDefEditor.withPlace(graph.passedOn(node.getInput(1)));
        NodeDef.Builder source = graph.producer(value);
        if (source.getOp().equals("RestoreV2") && variable.getOp().equals("VarHandleOp")) {
          int place = Integer.parseInt(value.substring(value.indexOf(':') + 1));
          String shape = whole(variable.getAttrOrThrow("shape").getShape());
          node.setInput(1, restored(graph, source, place, shape));
        }
      }
    }
  }

  /** Returns the name of a node that restores one output of a {@code RestoreV2}. */
  private static String restored(
      GraphDefEditor graph, NodeDef.Builder all, int place, String shape) {
    List<DataType> types = all.getAttrOrThrow("dtypes").getList().getTypeList();
    if (place >= types.size()) {
      throw new IllegalArgumentException(
          "%s restores %d tensors, and is to give that at place %d"
              .formatted(all.getName(), types.size(), place));
    }
    String name = all.getName() + "/" + place;
    if (!graph.contains(name)) {
      NodeDef begin = constant(name + "/begin", tensor(DataType.DT_INT32).addIntVal(place));
      NodeDef size = constant(name + "/size", tensor(DataType.DT_INT32).addIntVal(1));
      NodeDef slice =
          constant(
              name + "/shape_and_slice",
              tensor(DataType.DT_STRING).addStringVal(ByteString.copyFromUtf8(shape)));
      NodeDef tensorName = nameOf(name + "/tensor_name", all.getInput(1), begin, size);
      NodeDef.Builder one = all.clone().setName(name);
      one.setInput(1, tensorName.getName()).setInput(2, slice.getName());
      one.putAttr(
          "dtypes",
          AttrValue.newBuilder()
              .setList(AttrValue.ListValue.newBuilder().addType(types.get(place)))
              .build());
      Stream.of(begin, size, slice, tensorName, one.build()).forEach(graph::add);
    }
    return name;
  }

  private static NodeDef nameOf(String node, String names, NodeDef begin, NodeDef size) {
    return NodeDef.newBuilder()
        .setName(node)
        .setOp("Slice")
        .addInput(names)
        .addInput(begin.getName())
        .addInput(size.getName())
        .putAttr("T", type(DataType.DT_STRING))
        .putAttr("Index", type(DataType.DT_INT32))
        .build();
  }

  /**
   * Returns the specification of a whole tensor of a shape, {@code 32 48 -:-}; empty for a scalar.
   */
  private static String whole(TensorShapeProto shape) {
    List<Long> sizes = shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
    return Stream.concat(
            sizes.stream().map(String::valueOf),
            Stream.of(sizes.stream().map(size -> "-").collect(Collectors.joining(":"))))
        .collect(Collectors.joining(" "));
  }

  /** Returns a vector of one element that is not yet set. */
  private static TensorProto.Builder tensor(DataType type) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(type);
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(1);
    return tensor;
  }

  private static NodeDef constant(String name, TensorProto.Builder value) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type(value.getDtype()))
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }
}
