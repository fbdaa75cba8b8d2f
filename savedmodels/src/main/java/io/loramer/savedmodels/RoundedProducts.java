package io.loramer.savedmodels;

import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Lets every product with a frozen kernel, and the bias behind it, be computed in half precision.
 *
 * <p>Grappler's {@code auto_mixed_precision_onednn_bfloat16} would put the element-wise ops into
 * bfloat16 too, which TensorFlow has no vector code for: that took longer than float32.
 */
final class RoundedProducts {
  private final GraphDefEditor graph;
  private final DataType type;

  private RoundedProducts(GraphDefEditor graph, DataType type) {
    this.graph = graph;
    this.type = type;
  }

  /**
   * Rewrites a graph.
   *
   * @param trained the shared names of kernels that stay as they are
   */
  static void rewrite(GraphDefEditor graph, Set<String> trained, DataType type) {
    RoundedProducts products = new RoundedProducts(graph, type);
    for (NodeDef.Builder node : List.copyOf(graph.nodes())) {
      if (node.getOp().equals("MatMul") && isFloat(node)) {
        Kernel.readBy(graph, node.getInput(1))
            .filter(kernel -> !trained.contains(GraphDefEditor.sharedName(kernel.variable())))
            .ifPresent(kernel -> products.rewrite(node));
      }
    }
  }

  private void rewrite(NodeDef.Builder matMul) {
    NodeDef.Builder end = graph.producer(graph.withBias(matMul.getName()));
    lower(matMul, 0);
    lower(matMul, 1);
    if (end != matMul) {
      lower(end, 1);
    }
    NodeDef.Builder raised = NodeDef.newBuilder().setName(end.getName() + "/float32");
    graph.redirect(end.getName(), raised.getName());
    GraphDefEditor.becomeCast(raised, end.getName(), type, DataType.DT_FLOAT);
    graph.add(raised.build());
  }

  /** Rounds an input. */
  private void lower(NodeDef.Builder node, int input) {
    NodeDef.Builder lowered = NodeDef.newBuilder().setName(node.getName() + "/rounded_" + input);
    GraphDefEditor.becomeCast(lowered, node.getInput(input), DataType.DT_FLOAT, type);
    graph.add(lowered.build());
    node.setInput(input, lowered.getName());
    node.putAttr("T", AttrValue.newBuilder().setType(type).build());
  }

  private static boolean isFloat(NodeDef.Builder node) {
    return node.getAttrOrThrow("T").getType() == DataType.DT_FLOAT;
  }
}
