package io.loramer.model;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** Marks the valid positions of padded sequences. */
final class SequenceMask {
  private SequenceMask() {}

  /**
   * Returns the mask of a padded batch.
   *
   * @param lengths int32 [B]
   * @param padded [B, S, ...]; its size S is the number of columns
   * @return int32 [B, S], 1 at positions below the row's length, else 0
   */
  static Operand<TInt32> of(Ops tf, Operand<TInt32> lengths, Operand<?> padded) {
    var columns = tf.stridedSlice(tf.shape(padded), Indices.at(1));
    var positions = tf.range(tf.constant(0), columns, tf.constant(1)); // [S]
    return tf.dtypes.cast(
        tf.math.less(positions, tf.expandDims(lengths, tf.constant(1))), TInt32.class);
  }
}
