package io.loramer.savedmodels.rewrite;

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
 * Refuses graphs that cannot be an encoder's, whose outputs depend only on its inputs and on
 * variables that it reads.
 */
public final class GraphCheck {
  /** Ops that TensorFlow marks stateful and that encoders and their savers need. */
  private static final Set<String> READ_OR_RESTORE =
      Set.of("VarHandleOp", "ReadVariableOp", "ResourceGather", "AssignVariableOp", "RestoreV2");

  /** Ops that TensorFlow marks stateless although they end the process, or use files or servers. */
  private static final Set<String> ACTING =
      Set.of(
          "Abort",
          "CacheDataset",
          "DebugIdentity",
          "DebugNanCount",
          "DebugNumericSummary",
          "DecodeProtoV2",
          "EncodeProto",
          "GenerateVocabRemapping",
          "ImmutableConst",
          "MatchingFiles",
          "ReadFile",
          "RegisterDataset",
          "RegisterDatasetV2",
          "SnapshotChunkDataset",
          "SnapshotDataset",
          "SnapshotDatasetReader",
          "SnapshotDatasetV2");

  /** The limit for constants that store one value for many elements. */
  private static final double MAX_REPEATED_ELEMENTS = 1 << 24;

  private final String filename;
  private final long variablesBytes;
  private final Map<String, Set<String>> problems = new TreeMap<>();
  private double repeatedElements;
  private double claimedBytes;

  private GraphCheck(String filename, long variablesBytes) {
    this.filename = GraphDefEditor.withPlace(filename);
    this.variablesBytes = variablesBytes;
  }

  /**
   * Checks every node.
   *
   * @param filename the tensor that is fed with the path of the variables
   * @param variablesBytes the size of all variables' values on disk
   * @throws IllegalArgumentException if the graph is refused; the message lists all reasons
   */
  public static void check(GraphDefEditor graph, String filename, long variablesBytes) {
    GraphCheck check = new GraphCheck(filename, variablesBytes);
    graph.nodes().forEach(check::check);
    if (!check.problems.isEmpty()) {
      List<String> kinds = new ArrayList<>();
      check.problems.forEach((kind, what) -> kinds.add(kind + ": " + String.join(", ", what)));
      throw new IllegalArgumentException("its graph has " + String.join("; ", kinds));
    }
  }

  private void check(NodeDefOrBuilder node) {
    OpDef op = RegisteredOps.find(node.getOp()).orElse(null);
    if (op == null) {
      note("ops that TensorFlow " + TensorFlow.version() + " lacks", node.getOp());
    } else if (node.getAttrMap().values().stream().anyMatch(GraphCheck::isFunction)) {
      note("ops that branch, loop or map", node.getOp());
    } else if (acts(op)) {
      note("ops that keep state or act outside of it", node.getOp());
    } else if (dataInputs(node) != RegisteredOps.inputs(node)) {
      note("nodes with too few or too many inputs", node.getName());
    } else if (node.getOp().equals("Const")) {
      checkConstant(node);
    } else if (node.getOp().equals("VarHandleOp")) {
      checkVariable(node);
    } else if (node.getOp().equals("RestoreV2")) {
      checkRestored(node);
    }
  }

  private static boolean acts(OpDef op) {
    return op.getIsStateful()
        ? !READ_OR_RESTORE.contains(op.getName())
        : ACTING.contains(op.getName());
  }

  private void checkConstant(NodeDefOrBuilder node) {
    TensorProto value = node.getAttrOrThrow("value").getTensor();
    double elements = elements(value.getTensorShape());
    repeatedElements += elements > value.getTensorContent().size() ? elements : 0;
    if (value.getDtype() != node.getAttrOrThrow("dtype").getType()) {
      // Some of these make TensorFlow end the process when it folds constants.
      note("constants whose values are of another type", node.getName());
    } else if (repeatedElements > MAX_REPEATED_ELEMENTS) {
      note("constants with far more elements than are stored", node.getName());
      repeatedElements = 0;
    }
  }

  private void checkVariable(NodeDefOrBuilder node) {
    TensorShapeProto shape = node.getAttrOrThrow("shape").getShape();
    if (shape.getUnknownRank() || shape.getDimList().stream().anyMatch(d -> d.getSize() < 1)) {
      note("variables of unknown shape", node.getName());
    } else if (node.getAttrOrThrow("dtype").getType() != DataType.DT_FLOAT) {
      note("variables that are not float32", node.getName());
    } else {
      claimedBytes += elements(shape) * Float.BYTES;
      if (claimedBytes > variablesBytes) {
        note("variables bigger than the file of their values", node.getName());
        claimedBytes = 0;
      }
    }
  }

  private void checkRestored(NodeDefOrBuilder node) {
    if (!GraphDefEditor.withPlace(node.getInput(0)).equals(filename)) {
      note("values that come from other files than its own", node.getName());
    }
  }

  private void note(String kind, String what) {
    problems.computeIfAbsent(kind, k -> new TreeSet<>()).add(what);
  }

  private static boolean isFunction(AttrValue value) {
    return value.hasFunc() || value.getList().getFuncCount() > 0;
  }

  private static long dataInputs(NodeDefOrBuilder node) {
    return node.getInputList().stream().filter(i -> !GraphDefEditor.isControl(i)).count();
  }

  /** Returns the number of elements, which may exceed the range of a long. */
  private static double elements(TensorShapeProto shape) {
    double elements = 1;
    for (TensorShapeProto.Dim dimension : shape.getDimList()) {
      elements *= dimension.getSize();
    }
    return elements;
  }
}
