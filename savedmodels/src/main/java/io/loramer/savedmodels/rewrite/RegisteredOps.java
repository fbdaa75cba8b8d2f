package io.loramer.savedmodels.rewrite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDefOrBuilder;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;

/** The ops that this TensorFlow has registered, and the numbers of their inputs and outputs. */
public final class RegisteredOps {
  private static final Map<String, OpDef> BY_NAME = new HashMap<>();

  static {
    TensorFlow.registeredOpList().getOpList().forEach(op -> BY_NAME.put(op.getName(), op));
  }

  private RegisteredOps() {}

  static Optional<OpDef> find(String op) {
    return Optional.ofNullable(BY_NAME.get(op));
  }

  /** Returns the number of input tensors of a node, whose op must be registered. */
  static long inputs(NodeDefOrBuilder node) {
    OpDef op = BY_NAME.get(node.getOp());
    return count(op, op.getInputArgList(), node);
  }

  /** Returns the number of output tensors of a node, whose op must be registered. */
  public static long outputs(NodeDefOrBuilder node) {
    OpDef op = BY_NAME.get(node.getOp());
    return count(op, op.getOutputArgList(), node);
  }

  /**
   * Returns the index among all outputs of a node, of an output that a function's body names by the
   * op's name for it and an index under that name.
   *
   * @throws IllegalArgumentException if the node has no such output
   */
  static long place(NodeDefOrBuilder node, String word, long placeUnderWord) {
    OpDef op = BY_NAME.get(node.getOp());
    long before = 0;
    for (ArgDef output : op.getOutputArgList()) {
      long count = count(op, List.of(output), node);
      if (output.getName().equals(word) && placeUnderWord < count) {
        return before + placeUnderWord;
      }
      before += count;
    }
    throw new IllegalArgumentException(
        "%s (%s) has no output %s:%d"
            .formatted(node.getName(), node.getOp(), word, placeUnderWord));
  }

  private static long count(OpDef op, List<ArgDef> tensors, NodeDefOrBuilder node) {
    long count = 0;
    for (ArgDef tensor : tensors) {
      if (!tensor.getNumberAttr().isEmpty()) {
        count += attribute(op, tensor.getNumberAttr(), node).getI();
      } else if (!tensor.getTypeListAttr().isEmpty()) {
        count += attribute(op, tensor.getTypeListAttr(), node).getList().getTypeCount();
      } else {
        count++;
      }
    }
    return count;
  }

  /** Returns an attribute or its default, since SavedModels leave out defaults. */
  private static AttrValue attribute(OpDef op, String name, NodeDefOrBuilder node) {
    AttrValue otherwise =
        op.getAttrList().stream()
            .filter(attribute -> attribute.getName().equals(name))
            .map(OpDef.AttrDef::getDefaultValue)
            .findFirst()
            .orElseThrow();
    return node.getAttrOrDefault(name, otherwise);
  }
}
