package io.loramer.savedmodels.encoders;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The dynamic sizes of a batch of sequences. Between attentions, a batch [B, T, H] is kept as rows
 * [B·T, H], the input of a plain {@code MatMul}.
 *
 * @param batch int32 scalar B
 * @param time int32 scalar T
 */
record SequenceShape(Operand<TInt32> batch, Operand<TInt32> time) {
  /** Returns the sizes of x [B, T, ...]. */
  static SequenceShape of(Ops tf, Operand<?> x) {
    var shape = tf.shape(x);
    return new SequenceShape(
        tf.gather(shape, tf.constant(0), tf.constant(0)),
        tf.gather(shape, tf.constant(1), tf.constant(0)));
  }

  /** Reshapes [B, T, H] to [B·T, H]. */
  static Operand<TFloat32> toRows(Ops tf, Operand<TFloat32> x, long size) {
    return tf.reshape(x, tf.constant(new long[] {-1, size}));
  }

  /** Reshapes [B·T, H] to [B, T, H]. */
  Operand<TFloat32> fromRows(Ops tf, Operand<TFloat32> rows, int size) {
    return tf.reshape(rows, tf.stack(List.of(batch, time, tf.constant(size))));
  }

  /** Splits [B·T, N·D] into heads [B, N, T, D]. */
  Operand<TFloat32> splitHeads(Ops tf, Operand<TFloat32> rows, int heads, int headSize) {
    var sizes = List.of(batch, time, tf.constant(heads), tf.constant(headSize));
    var split = tf.reshape(rows, tf.stack(sizes)); // [B, T, N, D]
    return tf.linalg.transpose(split, tf.constant(new int[] {0, 2, 1, 3}));
  }

  /** Merges heads [B, N, T, D] into [B·T, N·D]. */
  static Operand<TFloat32> mergeHeads(Ops tf, Operand<TFloat32> heads, long size) {
    var merged = tf.linalg.transpose(heads, tf.constant(new int[] {0, 2, 1, 3}));
    return toRows(tf, merged, size);
  }
}
