package io.loramer.savedmodels.graph;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TType;

/**
 * A resource variable of a graph.
 *
 * @param name its name in checkpoints, and the shared name of its resource: unique in a graph
 * @param type its dtype
 * @param shape its shape
 * @param role by what it is changed
 * @param handle the resource ({@code VarHandleOp})
 * @param value the {@code ReadVariableOp} that the graph computes with; gradients are taken by it
 */
public record Variable<T extends TType>(
    String name,
    Class<T> type,
    Shape shape,
    Role role,
    Operand<? extends TType> handle,
    Operand<T> value) {

  /** What changes a variable. */
  public enum Role {
    /** The optimiser, by its gradient. */
    TRAINABLE,
    /** Nothing: a pretrained weight. */
    FROZEN,
    /** The training loop: optimiser moments, step counter. */
    STATE
  }
}
