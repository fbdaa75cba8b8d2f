package io.loramer.savedmodels.rewrite;

import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeDefOrBuilder;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A variable as the matrix that a {@code MatMul} reads.
 *
 * @param rows of the matrix that is read
 * @param columns of the matrix that is read
 * @param flipped whether the variable holds the transpose of that matrix
 */
public record LinearKernel(NodeDefOrBuilder variable, long rows, long columns, boolean flipped) {
  /** The nodes between a variable and its MatMul are few; a graph with a cycle has no end. */
  private static final int MAX_NODES_BETWEEN = 16;

  /**
   * Finds the variable that an input holds as a matrix, behind reads, casts, identities, transposes
   * and reshapes to the same shape (Keras adds those for inputs of three dimensions).
   */
  public static Optional<LinearKernel> readBy(GraphDefEditor graph, String input) {
    return readBy(graph, input, MAX_NODES_BETWEEN);
  }

  private static Optional<LinearKernel> readBy(GraphDefEditor graph, String input, int nodesLeft) {
    NodeDef.Builder node = graph.producer(input);
    if (nodesLeft == 0) {
      return Optional.empty();
    }
    return switch (node.getOp()) {
      case "VarHandleOp" -> ofVariable(node);
      case "ReadVariableOp", "Identity", "Cast" -> readBy(graph, node.getInput(0), nodesLeft - 1);
      case "Transpose" ->
          readBy(graph, node.getInput(0), nodesLeft - 1)
              .flatMap(kernel -> kernel.permuted(graph.integers(node.getInput(1))));
      case "Reshape" ->
          readBy(graph, node.getInput(0), nodesLeft - 1)
              .filter(kernel -> kernel.hasShape(graph.integers(node.getInput(1))));
      default -> Optional.empty();
    };
  }

  private static Optional<LinearKernel> ofVariable(NodeDefOrBuilder variable) {
    TensorShapeProto shape = variable.getAttrOrThrow("shape").getShape();
    boolean matrix =
        shape.getDimCount() == 2 && shape.getDim(0).getSize() > 0 && shape.getDim(1).getSize() > 0;
    return matrix
        ? Optional.of(
            new LinearKernel(variable, shape.getDim(0).getSize(), shape.getDim(1).getSize(), false))
        : Optional.empty();
  }

  private Optional<LinearKernel> permuted(List<Long> axes) {
    if (axes.equals(List.of(0L, 1L))) {
      return Optional.of(this);
    }
    return axes.equals(List.of(1L, 0L))
        ? Optional.of(
            new LinearKernel(variable, /* rows= */ columns, /* columns= */ rows, !flipped))
        : Optional.empty();
  }

  private boolean hasShape(List<Long> shape) {
    return shape.equals(List.of(rows, columns))
        || shape.equals(List.of(-1L, columns))
        || shape.equals(List.of(rows, -1L));
  }
}
