package io.loramer.savedmodels.optimize;

import com.google.protobuf.ByteString;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Attaches {@link GradientRule}s to values of a graph, in place of TensorFlow's gradients.
 *
 * <p>Everything that reads such a value then reads the first output of an {@code IdentityN} over
 * {@code [value, inputs]}, whose attribute {@link #RULE} names the rule. A {@code StopGradient}
 * before it keeps TensorFlow from computing the value's own gradients.
 *
 * <p>TensorFlow Java registers a gradient for an op type, for the whole process. {@code IdentityN}
 * is one that TensorFlow's C++ has no gradient for ("No gradient defined for op: IdentityN"). Nodes
 * without the attribute, in graphs that this class has not rewritten, pass their gradients on,
 * which is what an identity's gradient is: throwing an exception through TensorFlow's C++ would
 * leave the graph locked.
 */
final class CustomGradients {
  /**
   * The attribute that names a rule; TensorFlow keeps attributes with an underscore as they are.
   */
  private static final String RULE = "_lora_mer_gradient_rule";

  private static final String OP = "IdentityN";

  static {
    if (!TensorFlow.registerCustomGradient(OP, CustomGradients::gradients)) {
      throw new IllegalStateException(
          OP + ": expected no gradient in this process, found one that other code registered");
    }
  }

  private final GraphDefEditor graph;

  /** What replaces each value as an input, by {@code node:0}. */
  private final Map<String, String> replaced = new LinkedHashMap<>();

  private final List<NodeDef> added = new ArrayList<>();

  CustomGradients(GraphDefEditor graph) {
    this.graph = graph;
  }

  /**
   * Attaches a rule to a value.
   *
   * @param value a node's name; the value is its only output
   * @param inputs the tensors whose gradients the rule computes
   */
  void attach(TypedTensor value, GradientRule rule, List<TypedTensor> inputs) {
    String name = value.tensor() + "/gradient";
    String stop = name + "/value";
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder().addType(value.type());
    inputs.forEach(input -> types.addType(input.type()));
    ByteString ruleName = ByteString.copyFromUtf8(rule.name());
    added.add(
        NodeDef.newBuilder()
            .setName(stop)
            .setOp("StopGradient")
            .addInput(value.tensor())
            .putAttr("T", AttrValue.newBuilder().setType(value.type()).build())
            .build());
    added.add(
        NodeDef.newBuilder()
            .setName(name)
            .setOp(OP)
            .addInput(stop)
            .addAllInput(inputs.stream().map(TypedTensor::tensor).toList())
            .putAttr("T", AttrValue.newBuilder().setList(types).build())
            .putAttr(RULE, AttrValue.newBuilder().setS(ruleName).build())
            .build());
    replaced.put(value.tensor() + ":0", name + ":0");
  }

  /**
   * Adds the nodes of all rules to the graph. Where one value with a rule is an input of another,
   * the second reads the first's replacement.
   */
  void finish() {
    graph.redirect(replaced);
    for (NodeDef node : added) {
      NodeDef.Builder redirected = node.toBuilder();
      boolean hasRule = node.getOp().equals(OP);
      for (int i = 0; hasRule && i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        redirected.setInput(i, replaced.getOrDefault(GraphDefEditor.withPlace(input), input));
      }
      graph.add(redirected.build());
    }
  }

  /** Returns a gradient for each input of an {@code IdentityN}. */
  private static List<Operand<?>> gradients(Ops tf, GraphOperation op, List<Output<?>> gradients) {
    Optional<GradientRule> rule = rule(op);
    if (rule.isEmpty()) {
      return List.copyOf(gradients);
    }
    GraphOperation value = GradientRule.producer(GradientRule.producer(op, 0), 0);
    List<Output<?>> inputs = new ArrayList<>();
    for (int i = 1; i < op.numInputs(); i++) {
      inputs.add(op.input(i));
    }
    Output<?> dy = gradients.get(0);
    List<Operand<?>> all = new ArrayList<>(List.of(dy)); // the first ends at the StopGradient
    all.addAll(rule.get().gradients(tf, value, inputs, dy));
    return all;
  }

  private static Optional<GradientRule> rule(GraphOperation op) {
    try {
      return Optional.of(GradientRule.valueOf(op.attributes().getAttrString(RULE)));
    } catch (TFInvalidArgumentException e) {
      return Optional.empty(); // the op has no such attribute
    }
  }
}
