package io.loramer.savedmodels.encoders;

import org.tensorflow.ndarray.Shape;

/**
 * A parameter that an encoder's graph needs from a checkpoint.
 *
 * @param name the checkpoint's own name, also the variable's
 * @param shape its shape in the checkpoint
 * @param storage how the variable holds it
 */
record Parameter(String name, Shape shape, Storage storage) {
  /** How a variable holds a checkpoint's tensor. */
  enum Storage {
    /**
     * As it is, linear weights [out, in] included: TensorFlow multiplies by the transpose as fast.
     */
    VERBATIM,
    /** A kernel [out, in, k] of PyTorch's {@code Conv1d} as [1, k, in, out] for {@code Conv2D}. */
    CONVOLUTION,
    /**
     * A {@code CONVOLUTION} whose checkpoint holds magnitude g [1, 1, k] and direction v [out, in,
     * k] of a weight norm over dimension 2: g · v / ‖v‖.
     */
    WEIGHT_NORMED_CONVOLUTION
  }

  /** Returns the shape of the variable. */
  Shape variableShape() {
    if (storage == Storage.VERBATIM) {
      return shape;
    }
    return Shape.of(1, shape.get(2), shape.get(1), shape.get(0));
  }
}
