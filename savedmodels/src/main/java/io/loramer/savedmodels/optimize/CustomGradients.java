package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Gives values of a graph gradients other than TensorFlow's.
 *
 * <p>Such a value gets an {@code IdentityN} behind it, {@code [value, inputs]}, an op for which
 * TensorFlow's C++ has no gradient of its own; its name says what to compute. The value stands
 * behind a {@code StopGradient}, so nothing asks for the gradients of what led to it.
 */
final class CustomGradients {
  /** Computes the gradients of a value. */
  @FunctionalInterface
  interface Kind {
    /**
     * Returns the gradients of the inputs that the value was given.
     *
     * @param value the op that computed it
     * @param inputs as they were given
     * @param dy the gradient of the value
     */
    List<Operand<?>> of(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy);
  }

  /** A tensor of a graph. */
  record Typed(String tensor, DataType type) {
    static Typed float32(String tensor) {
      return new Typed(tensor, DataType.DT_FLOAT);
    }
  }

  private static final Map<String, Kind> KINDS =
      Map.of(
          "gelu_gradient", Rematerialization::gelu,
          "dropout_gradient", Rematerialization::dropout,
          "dropped_product_gradient", Rematerialization::product,
          "fused_gelu_gradient", XlaCompilation::gelu,
          "fused_dropout_gradient", XlaCompilation::dropout,
          "fused_product_gradient", XlaCompilation::product,
          "fused_attention_gradient", XlaCompilation::attention,
          "fused_gated_attention_gradient", XlaCompilation::gatedAttention,
          "fused_layer_norm_gradient", XlaCompilation::layerNorm);

  static {
    TensorFlow.registerCustomGradient("IdentityN", CustomGradients::gradient);
  }

  private final GraphDefEditor graph;

  /** What is read in the end for each value, by {@code node:0}. */
  private final Map<String, String> moved = new LinkedHashMap<>();

  private final List<NodeDef> added = new ArrayList<>();

  CustomGradients(GraphDefEditor graph) {
    this.graph = graph;
  }

  /**
   * Gives a value a gradient.
   *
   * @param value a node's name, which gives it as its only output
   * @param kind one of those that are known
   * @param inputs what it is computed from that has gradients
   */
  void give(Typed value, String kind, List<Typed> inputs) {
    if (!KINDS.containsKey(kind)) {
      throw new IllegalArgumentException("no gradient " + kind);
    }
    AttrValue type = AttrValue.newBuilder().setType(value.type).build();
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder().addType(value.type);
    inputs.forEach(input -> types.addType(input.type));
    String name = value.tensor + "/" + kind;
    String stop = name + "/value";
    NodeDef.Builder all = NodeDef.newBuilder().setName(name).setOp("IdentityN");
    all.addInput(stop).addAllInput(inputs.stream().map(Typed::tensor).toList());
    all.putAttr("T", AttrValue.newBuilder().setList(types).build());
    added.add(
        NodeDef.newBuilder()
            .setName(stop)
            .setOp("StopGradient")
            .addInput(value.tensor)
            .putAttr("T", type)
            .build());
    added.add(all.build());
    moved.put(value.tensor + ":0", name + ":0");
  }

  /**
   * Adds what was made; of two values in a row the second takes what the first gives in the end.
   */
  void finish() {
    graph.redirect(moved);
    for (NodeDef node : added) {
      NodeDef.Builder taking = node.toBuilder();
      boolean isGradient = node.getOp().equals("IdentityN");
      for (int i = 0; isGradient && i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        taking.setInput(i, moved.getOrDefault(GraphDefEditor.withPlace(input), input));
      }
      graph.add(taking.build());
    }
  }

  /** Returns the gradients of an {@code IdentityN}'s inputs; that of the first goes nowhere. */
  private static List<Operand<?>> gradient(Ops tf, GraphOperation op, List<Output<?>> gradients) {
    Kind kind = KINDS.get(op.name().substring(op.name().lastIndexOf('/') + 1));
    GraphOperation value = operation(operation(op, 0), 0);
    List<Output<?>> inputs = new ArrayList<>();
    for (int i = 1; i < op.numInputs(); i++) {
      inputs.add(op.input(i));
    }
    Output<?> dy = gradients.get(0);
    List<Operand<?>> all = new ArrayList<>(List.of(dy));
    all.addAll(kind.of(tf, value, inputs, dy));
    return all;
  }

  /** Returns the op that computes an input of another. */
  static GraphOperation operation(GraphOperation reader, int input) {
    return (GraphOperation) reader.input(input).op();
  }
}
