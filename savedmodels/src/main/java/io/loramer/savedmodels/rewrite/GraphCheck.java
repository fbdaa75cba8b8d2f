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
 * Refuses graphs that no encoder has: an encoder's outputs are a function of its inputs and of
 * variables that it reads.
 */
public final class GraphCheck {
  /** Ops that TensorFlow calls stateful and that encoders and their savers are made of. */
  private static final Set<String> READ_OR_RESTORE =
      Set.of("VarHandleOp", "ReadVariableOp", "ResourceGather", "AssignVariableOp", "RestoreV2");

  /** Ops that TensorFlow calls stateless though they end the process, or use files or servers. */
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

  /** A constant may name one value for all of its elements; a bigger one stores them all. */
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
   * @param filename the tensor that is fed with where the variables lie
   * @param variablesBytes what the values of all variables take on disk
   * @throws IllegalArgumentException with all that is wrong
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
      // TensorFlow ends the process over some of these when it folds constants.
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

  /** Returns a product that may be far beyond what a long holds. */
  private static double elements(TensorShapeProto shape) {
    double elements = 1;
    for (TensorShapeProto.Dim dimension : shape.getDimList()) {
      elements *= dimension.getSize();
    }
    return elements;
  }
}
