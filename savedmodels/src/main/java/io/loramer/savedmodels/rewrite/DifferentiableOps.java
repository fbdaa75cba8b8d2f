package io.loramer.savedmodels.rewrite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Replaces ops for which TensorFlow's C++ has no gradient by equivalent ops. */
public final class DifferentiableOps {
  private DifferentiableOps() {}

  /**
   * Rewrites the whole graph, since it is not known yet through which nodes gradients will pass.
   *
   * @return the new tensor for each tensor that was replaced
   */
  public static Map<String, String> rewrite(GraphDefEditor graph) {
    Map<String, String> moved = new HashMap<>();
    for (NodeDef.Builder node : List.copyOf(graph.nodes())) {
      switch (node.getOp()) {
        case "Erfc" -> rewriteErfc(graph, node);
        case "PlaceholderWithDefault" -> rewritePlaceholder(node);
        case "IdentityN" -> moved.putAll(rewriteIdentityN(graph, node));
        default -> {} // has a gradient, or is on no path of one
      }
    }
    return graph.redirect(moved);
  }

  /** Half of Hugging Face's GELU: {@code erfc(x) = 1 - erf(x)}. */
  private static void rewriteErfc(GraphDefEditor graph, NodeDef.Builder erfc) {
    String name = erfc.getName();
    TensorProto one =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addFloatVal(1)
            .build();
    graph.add(erfc.clone().setOp("Erf").setName(name + "/erf").build());
    graph.add(
        NodeDef.newBuilder()
            .setName(name + "/one")
            .setOp("Const")
            .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build())
            .putAttr("value", AttrValue.newBuilder().setTensor(one).build())
            .build());
    NodeDef.Builder cast = NodeDef.newBuilder().setName(name + "/one/cast");
    DataType type = erfc.getAttrOrThrow("T").getType();
    GraphDefEditor.becomeCast(cast, name + "/one", DataType.DT_FLOAT, type);
    graph.add(cast.build());
    erfc.setOp("Sub").clearInput().addInput(name + "/one/cast").addInput(name + "/erf");
  }

  /** Replaces a float placeholder, which is never fed within an encoder, by its default. */
  private static void rewritePlaceholder(NodeDef.Builder placeholder) {
    AttrValue type = placeholder.getAttrOrThrow("dtype");
    if (type.getType() == DataType.DT_FLOAT) {
      placeholder.setOp("Identity").clearAttr().putAttr("T", type);
    }
  }

  /** Replaces the node by an Identity for each of its inputs. */
  private static Map<String, String> rewriteIdentityN(GraphDefEditor graph, NodeDef.Builder all) {
    Map<String, String> moved = new HashMap<>();
    for (int i = 0; i < all.getAttrOrThrow("T").getList().getTypeCount(); i++) {
      NodeDef one =
          NodeDef.newBuilder()
              .setName(all.getName() + "/" + i)
              .setOp("Identity")
              .setDevice(all.getDevice())
              .addInput(all.getInput(i))
              .putAttr(
                  "T",
                  AttrValue.newBuilder()
                      .setType(all.getAttrOrThrow("T").getList().getType(i))
                      .build())
              .build();
      graph.add(one);
      moved.put(all.getName() + ":" + i, one.getName());
    }
    return moved;
  }
}
