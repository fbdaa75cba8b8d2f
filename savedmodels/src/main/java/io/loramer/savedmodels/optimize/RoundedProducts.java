package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.rewrite.LinearKernel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Computes products with frozen kernels, and the biases behind them, in half precision; on request,
 * attention's products too.
 *
 * <p>Of convolutions, those that {@code convert} builds are rounded, except the first one, whose
 * input is the waveform. Kernels and biases without other readers are stored in half precision.
 *
 * <p>Grappler's {@code auto_mixed_precision_onednn_bfloat16} would also compute element-wise ops in
 * bfloat16, for which TensorFlow has no vector code: that took longer than float32.
 */
public final class RoundedProducts {
  private final GraphDefEditor graph;
  private final DataType type;

  private RoundedProducts(GraphDefEditor graph, DataType type) {
    this.graph = graph;
    this.type = type;
  }

  /**
   * Rewrites a graph.
   *
   * @param trained the shared names of trained kernels, which are not rounded
   * @param attention whether the products of queries, keys and values are rounded too
   */
  public static void rewrite(
      GraphDefEditor graph, Set<String> trained, DataType type, boolean attention) {
    RoundedProducts products = new RoundedProducts(graph, type);
    for (NodeDef.Builder node : List.copyOf(graph.nodes())) {
      boolean isProduct =
          switch (node.getOp()) {
            case "MatMul" ->
                LinearKernel.readBy(graph, node.getInput(1))
                    .filter(k -> !trained.contains(GraphDefEditor.sharedName(k.variable())))
                    .isPresent();
            case "Einsum" -> attention && isOfHeads(node);
            case "Conv2D" -> hasManyChannels(graph, node.getInput(1));
            default -> false;
          };
      if (isProduct && isFloat(node)) {
        products.rewrite(node);
      }
    }
  }

  /** Returns whether a product is one of queries, keys, values or weights, [B, N, T, D or T]. */
  private static boolean isOfHeads(NodeDef.Builder einsum) {
    String equation = einsum.getAttrOrThrow("equation").getS().toStringUtf8();
    return equation.matches("\\w{4},\\w{4}->\\w{4}");
  }

  /** Returns whether a kernel, as {@code convert} builds it, has more than one input channel. */
  private static boolean hasManyChannels(GraphDefEditor graph, String kernel) {
    NodeDef.Builder read = graph.producer(kernel);
    if (!read.getOp().equals("ReadVariableOp")) {
      return false;
    }
    AttrValue shape =
        graph
            .producer(read.getInput(0))
            .getAttrOrDefault("shape", AttrValue.getDefaultInstance()); // [1, k, in, out]
    return shape.getShape().getDimCount() == 4 && shape.getShape().getDim(2).getSize() > 1;
  }

  /**
   * Stores the variables that are only read to be rounded in half precision.
   *
   * @param graph that was rewritten, without nodes that are not needed
   */
  public static void holdKernels(GraphDefEditor graph, DataType type) {
    RoundedProducts products = new RoundedProducts(graph, type);
    Map<String, List<NodeDef.Builder>> readers = graph.readers();
    for (NodeDef.Builder variable : List.copyOf(graph.nodes())) {
      if (variable.getOp().equals("VarHandleOp")) {
        List<NodeDef.Builder> users = readersOfValue(readers, variable);
        List<NodeDef.Builder> reads = ofType(users, "ReadVariableOp");
        List<NodeDef.Builder> assignments = ofType(users, "AssignVariableOp");
        List<NodeDef.Builder> casts =
            reads.stream().flatMap(read -> readersOfValue(readers, read).stream()).toList();
        if (!casts.isEmpty()
            && casts.stream().allMatch(products::isRounding)
            && users.size() == reads.size() + assignments.size()) {
          products.hold(variable, reads, casts, assignments);
        }
      }
    }
  }

  /** Returns the nodes that have a node's output as an input, without control inputs. */
  private static List<NodeDef.Builder> readersOfValue(
      Map<String, List<NodeDef.Builder>> readers, NodeDef.Builder node) {
    return readers.getOrDefault(node.getName(), List.of()).stream()
        .filter(
            reader ->
                reader.getInputList().stream()
                    .filter(input -> !GraphDefEditor.isControl(input))
                    .anyMatch(input -> GraphDefEditor.nodeName(input).equals(node.getName())))
        .toList();
  }

  private static List<NodeDef.Builder> ofType(List<NodeDef.Builder> nodes, String op) {
    return nodes.stream().filter(node -> node.getOp().equals(op)).toList();
  }

  private boolean isRounding(NodeDef.Builder node) {
    return node.getOp().equals("Cast")
        && node.getAttrOrThrow("SrcT").getType() == DataType.DT_FLOAT
        && node.getAttrOrThrow("DstT").getType() == type;
  }

  private void hold(
      NodeDef.Builder variable,
      List<NodeDef.Builder> reads,
      List<NodeDef.Builder> casts,
      List<NodeDef.Builder> assignments) {
    AttrValue held = AttrValue.newBuilder().setType(type).build();
    variable.putAttr("dtype", held);
    reads.forEach(read -> read.putAttr("dtype", held));
    casts.forEach(cast -> cast.setOp("Identity").clearAttr().putAttr("T", held));
    for (NodeDef.Builder assignment : assignments) {
      round(assignment, 1);
      assignment.putAttr("dtype", held);
    }
  }

  private void rewrite(NodeDef.Builder product) {
    NodeDef.Builder end = graph.producer(graph.withBias(product.getName()));
    lower(product, 0);
    lower(product, 1);
    if (end != product) {
      lower(end, 1);
    }
    NodeDef.Builder raised = NodeDef.newBuilder().setName(end.getName() + "/float32");
    graph.redirect(end.getName(), raised.getName());
    GraphDefEditor.becomeCast(raised, end.getName(), type, DataType.DT_FLOAT);
    graph.add(raised.build());
  }

  /** Rounds an input of a node and sets the node's dtype. */
  private void lower(NodeDef.Builder node, int input) {
    round(node, input);
    node.putAttr("T", AttrValue.newBuilder().setType(type).build());
  }

  private void round(NodeDef.Builder node, int input) {
    NodeDef.Builder lowered = NodeDef.newBuilder().setName(node.getName() + "/rounded_" + input);
    GraphDefEditor.becomeCast(lowered, node.getInput(input), DataType.DT_FLOAT, type);
    graph.add(lowered.build());
    node.setInput(input, lowered.getName());
  }

  private static boolean isFloat(NodeDef.Builder node) {
    return node.getAttrOrThrow("T").getType() == DataType.DT_FLOAT;
  }
}
