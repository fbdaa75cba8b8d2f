package io.loramer.savedmodels.optimize;

import org.tensorflow.proto.DataType;

/**
 * A tensor of a graph that is being rewritten.
 *
 * @param tensor {@code node}, which stands for its output 0, or {@code node:output}
 * @param type its dtype
 */
record TypedTensor(String tensor, DataType type) {
  static TypedTensor float32(String tensor) {
    return new TypedTensor(tensor, DataType.DT_FLOAT);
  }
}
