package io.loramer.savedmodels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDefOrBuilder;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Refuses graphs that no encoder has: an encoder's outputs are a function of its inputs and of
 * variables that it reads.
 */
final class GraphCheck {
  /** Ops that TensorFlow calls stateful and that encoders and their savers are made of. */
  private static final Set<String> READ_OR_RESTORE =
      Set.of("VarHandleOp", "ReadVariableOp", "ResourceGather", "AssignVariableOp", "RestoreV2");

  /** Ops that TensorFlow calls stateless though they end the process or read files. */
  private static final Set<String> ACTING =
      Set.of("Abort", "ImmutableConst", "MatchingFiles", "ReadFile");

  /** A constant may name one value for all of its elements; a bigger one stores them all. */
  private static final double MAX_REPEATED_ELEMENTS = 1 << 24;

  private GraphCheck() {}

  /**
   * Checks every node.
   *
   * @param variablesBytes what the values of all variables take on disk
   * @throws IllegalArgumentException with all that is wrong
   */
  static void check(GraphDefEditor graph, long variablesBytes) {
    Map<String, Set<String>> problems = new TreeMap<>();
    graph.nodes().forEach(node -> check(node, variablesBytes, problems));
    if (!problems.isEmpty()) {
      List<String> kinds = new ArrayList<>();
      problems.forEach((kind, what) -> kinds.add(kind + ": " + String.join(", ", what)));
      throw new IllegalArgumentException("its graph has " + String.join("; ", kinds));
    }
  }

  private static void check(
      NodeDefOrBuilder node, long variablesBytes, Map<String, Set<String>> problems) {
    OpDef op = RegisteredOps.find(node.getOp()).orElse(null);
    if (op == null) {
      note("ops that TensorFlow " + TensorFlow.version() + " lacks", node.getOp(), problems);
    } else if (node.getAttrMap().values().stream().anyMatch(GraphCheck::isFunction)) {
      note("ops that branch, loop or map", node.getOp(), problems);
    } else if (acts(op)) {
      note("ops that keep state or act outside of it", node.getOp(), problems);
    } else if (dataInputs(node) != RegisteredOps.inputs(node)) {
      note("nodes with too few or too many inputs", node.getName(), problems);
    } else if (node.getOp().equals("Const")) {
      checkConstant(node, problems);
    } else if (node.getOp().equals("VarHandleOp")) {
      checkVariable(node, variablesBytes, problems);
    }
  }

  private static boolean acts(OpDef op) {
    return op.getIsStateful()
        ? !READ_OR_RESTORE.contains(op.getName())
        : ACTING.contains(op.getName());
  }

  private static void checkConstant(NodeDefOrBuilder node, Map<String, Set<String>> problems) {
    TensorProto value = node.getAttrOrThrow("value").getTensor();
    double elements = elements(value.getTensorShape());
    if (value.getDtype() != node.getAttrOrThrow("dtype").getType()) {
      // TensorFlow ends the process over some of these when it folds constants.
      note("constants whose values are of another type", node.getName(), problems);
    } else if (elements > MAX_REPEATED_ELEMENTS && elements > value.getTensorContent().size()) {
      note("constants with far more elements than are stored", node.getName(), problems);
    }
  }

  private static void checkVariable(
      NodeDefOrBuilder node, long variablesBytes, Map<String, Set<String>> problems) {
    TensorShapeProto shape = node.getAttrOrThrow("shape").getShape();
    if (shape.getUnknownRank() || shape.getDimList().stream().anyMatch(d -> d.getSize() < 1)) {
      note("variables of unknown shape", node.getName(), problems);
    } else if (elements(shape) > variablesBytes) {
      note("variables bigger than the file of their values", node.getName(), problems);
    } else if (node.getAttrOrThrow("dtype").getType() != DataType.DT_FLOAT) {
      note("variables that are not float32", node.getName(), problems);
    }
  }

  private static void note(String kind, String what, Map<String, Set<String>> problems) {
    problems.computeIfAbsent(kind, k -> new TreeSet<>()).add(what);
  }

  private static boolean isFunction(AttrValue value) {
    return value.hasFunc() || value.getList().getFuncCount() > 0;
  }

  private static long dataInputs(NodeDefOrBuilder node) {
    return node.getInputList().stream().filter(i -> !GraphDefEditor.isControl(i)).count();
  }

  /** Returns a product that may be far beyond what a long holds. */
  private static double elements(TensorShapeProto shape) {
    double elements = 1;
    for (TensorShapeProto.Dim dimension : shape.getDimList()) {
      elements *= dimension.getSize();
    }
    return elements;
  }
}
