package io.loramer.savedmodels.rewrite;

import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;

/**
 * Refuses graphs with tensors far bigger than an encoder's, if TensorFlow infers their shapes
 * before the graph runs: one {@code Fill} may need terabytes.
 */
public final class KnownShapes {
  /** Seven times the elements of a mask of 1,500 by 1,500 frames (30 s). */
  private static final double MAX_ELEMENTS = 1 << 24;

  /**
   * The elements of one token in the attention of all heads, or of one sample in the first layer.
   */
  private static final double MAX_ELEMENTS_OF_AN_INPUT = 1 << 14;

  private KnownShapes() {}

  /**
   * Checks every tensor of a scope.
   *
   * @param fixed sizes of the batch; if both are fixed, most shapes are known, and depend on them
   * @param variablesBytes the size of all variables' values on disk
   * @throws IllegalArgumentException if tensors are too big; the message names them
   */
  public static void check(Graph graph, String scope, FixedSizes fixed, long variablesBytes) {
    double inputs = (double) fixed.batch().orElse(0) * fixed.length().orElse(0);
    double stored = (double) variablesBytes / Float.BYTES;
    double limit = Math.max(Math.max(MAX_ELEMENTS, stored), inputs * MAX_ELEMENTS_OF_AN_INPUT);
    Set<String> found = new TreeSet<>();
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation operation = all.next();
      if (operation.name().startsWith(scope + "/")) {
        for (int i = 0; i < operation.numOutputs(); i++) {
          Shape shape = operation.output(i).shape();
          if (elements(shape) > limit) {
            found.add(operation.name() + " " + shape);
          }
        }
      }
    }
    if (!found.isEmpty()) {
      throw new IllegalArgumentException(
          "its graph computes tensors of more than %,.0f elements whatever it is fed: %s"
              .formatted(limit, String.join(", ", found)));
    }
  }

  /** Returns the number of elements, 0 if a dimension is unknown; it may exceed a long's range. */
  private static double elements(Shape shape) {
    if (shape.hasUnknownDimension()) {
      return 0;
    }
    double elements = 1;
    for (long size : shape.asArray()) {
      elements *= size;
    }
    return elements;
  }
}
