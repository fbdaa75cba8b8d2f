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

/** The ops of this TensorFlow, and how many inputs and outputs a node of theirs has. */
public final class RegisteredOps {
  private static final Map<String, OpDef> BY_NAME = new HashMap<>();

  static {
    TensorFlow.registeredOpList().getOpList().forEach(op -> BY_NAME.put(op.getName(), op));
  }

  private RegisteredOps() {}

  static Optional<OpDef> find(String op) {
    return Optional.ofNullable(BY_NAME.get(op));
  }

  /** Returns how many tensors a node of a registered op takes. */
  static long inputs(NodeDefOrBuilder node) {
    OpDef op = BY_NAME.get(node.getOp());
    return count(op, op.getInputArgList(), node);
  }

  /** Returns how many tensors a node of a registered op gives. */
  public static long outputs(NodeDefOrBuilder node) {
    OpDef op = BY_NAME.get(node.getOp());
    return count(op, op.getOutputArgList(), node);
  }

  /**
   * Returns the place among all outputs of a node of one that a function's body calls by the op's
   * word for it and the place under that word.
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

  /** SavedModels leave out attributes that have their default. */
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
