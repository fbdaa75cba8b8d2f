package io.loramer.savedmodels.rewrite;

import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;

/**
 * Refuses graphs with tensors far bigger than an encoder's, where TensorFlow knows their shapes
 * before anything is fed: one {@code Fill} may ask for terabytes.
 */
public final class KnownShapes {
  /** Seven times a mask of 1,500 by 1,500 frames, which are 30 s. */
  private static final double MAX_ELEMENTS = 1 << 24;

  /** A token's part of the attention in all heads, or what the first convolution makes of it. */
  private static final double MAX_ELEMENTS_OF_AN_INPUT = 1 << 14;

  private KnownShapes() {}

  /**
   * Checks every tensor of a scope.
   *
   * @param fixed sizes of the batch; where both are fixed, most shapes are known, and depend on it
   * @param variablesBytes what the values of all variables take on disk
   * @throws IllegalArgumentException that names what is too big
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

  /** Returns a product that may be beyond what a long holds; 0 for a shape not wholly known. */
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
