package io.loramer.savedmodels;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Lets restoring fail where a file holds another shape than the graph says of a variable.
 * TensorFlow alone would assign it and compute with it, and may end the process over it.
 *
 * @see <a href="https://www.tensorflow.org/api_docs/python/tf/raw_ops/RestoreV2">shape_and_slices,
 *     which says what is expected</a>
 */
final class RestoredShapes {
  private RestoredShapes() {}

  /** Makes every {@code RestoreV2} of a graph expect the shapes of the variables it restores. */
  static void require(GraphDefEditor graph) {
    Map<String, Map<Integer, String>> expected = new HashMap<>();
    for (NodeDef.Builder node : graph.nodes()) {
      if (node.getOp().equals("AssignVariableOp")) {
        NodeDef.Builder variable = graph.producer(node.getInput(0));
        String value = GraphDefEditor.withPlace(passedOn(graph, node.getInput(1)));
        NodeDef.Builder source = graph.producer(value);
        if (source.getOp().equals("RestoreV2") && variable.getOp().equals("VarHandleOp")) {
          int place = Integer.parseInt(value.substring(value.indexOf(':') + 1));
          expected
              .computeIfAbsent(source.getName(), name -> new HashMap<>())
              .put(place, whole(variable.getAttrOrThrow("shape").getShape()));
        }
      }
    }
    expected.forEach(
        (restore, shapes) -> {
          NodeDef.Builder node = graph.producer(restore);
          NodeDef constant = strings(restore + "/shapes", shapes, RegisteredOps.outputs(node));
          graph.add(constant);
          node.setInput(2, constant.getName());
        });
  }

  private static String passedOn(GraphDefEditor graph, String input) {
    NodeDef.Builder node = graph.producer(input);
    return node.getOp().equals("Identity") ? node.getInput(0) : input;
  }

  /** Says "all of a tensor of this shape": {@code 32 48 -:-}; nothing of a scalar. */
  private static String whole(TensorShapeProto shape) {
    List<Long> sizes = shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
    return Stream.concat(
            sizes.stream().map(String::valueOf),
            Stream.of(sizes.stream().map(size -> "-").collect(Collectors.joining(":"))))
        .collect(Collectors.joining(" "));
  }

  private static NodeDef strings(String name, Map<Integer, String> strings, long count) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    tensor.getTensorShapeBuilder().addDimBuilder().setSize(count);
    for (int i = 0; i < count; i++) {
      tensor.addStringVal(ByteString.copyFromUtf8(strings.getOrDefault(i, "")));
    }
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_STRING).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build())
        .build();
  }
}
