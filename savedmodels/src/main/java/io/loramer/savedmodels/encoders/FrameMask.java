package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** Marks the valid positions of padded sequences. */
final class FrameMask {
  private FrameMask() {}

  /**
   * Returns the mask of sequences of these lengths.
   *
   * @param lengths int32 [B]
   * @param time int32 scalar T
   * @return int32 [B, T], 1 at positions below the row's length, else 0
   */
  static Operand<TInt32> of(Ops tf, Operand<TInt32> lengths, Operand<TInt32> time) {
    var positions = tf.range(tf.constant(0), time, tf.constant(1)); // [T]
    var valid = tf.math.less(positions, tf.expandDims(lengths, tf.constant(-1)));
    return tf.dtypes.cast(valid, TInt32.class);
  }
}
