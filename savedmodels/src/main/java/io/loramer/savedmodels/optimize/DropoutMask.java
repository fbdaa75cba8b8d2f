package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.graph.Dropout;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The mask of dropout in compiled functions: a hash of an element's position and the key decides
 * whether the element is kept.
 *
 * <p>The hash is a few vector instructions within the compiled loop; the numbers of TensorFlow's
 * random generators would be written to memory first.
 */
final class DropoutMask {
  private DropoutMask() {}

  /**
   * Returns 1 / P(keep) for each element that is kept, and 0 for the others.
   *
   * @param rows float32 [R, C]
   * @param key int64 [2]
   * @param dropped int32 scalar: how many of 65536 elements are dropped
   * @return float32 [R, C]
   */
  static Operand<TFloat32> of(
      Ops tf, Operand<TFloat32> rows, Operand<TInt64> key, Operand<TInt32> dropped) {
    var low = tf.dtypes.cast(key, TInt32.class);
    var high =
        tf.dtypes.cast(tf.bitwise.rightShift(key, tf.constant((long) Integer.SIZE)), TInt32.class);
    Operand<TInt32> salt = tf.constant(0);
    for (int i = 0; i < 2; i++) {
      for (Operand<TInt32> words : List.of(low, high)) {
        salt = mixed(tf, tf.bitwise.bitwiseXor(salt, tf.stridedSlice(words, Indices.at(i))));
      }
    }
    var shape = tf.shape(rows);
    var columns = tf.stridedSlice(shape, Indices.at(1));
    var row = range(tf, tf.stridedSlice(shape, Indices.at(0)));
    var place =
        tf.math.add(
            tf.math.mul(tf.expandDims(row, tf.constant(1)), columns),
            tf.expandDims(range(tf, columns), tf.constant(0)));
    var spread = tf.math.mul(place, tf.constant(0x9E3779B1)); // 2³² over the golden ratio
    var hash = mixed(tf, tf.bitwise.bitwiseXor(spread, salt));
    var threshold = // as an unsigned number's upper half, in the order of signed ones
        tf.bitwise.bitwiseXor(
            tf.bitwise.leftShift(dropped, tf.constant(Short.SIZE)), tf.constant(Integer.MIN_VALUE));
    var keep = tf.dtypes.cast(tf.math.greaterEqual(hash, threshold), TFloat32.class);
    var all = tf.constant((float) Dropout.VALUES);
    var scale = tf.math.div(all, tf.math.sub(all, tf.dtypes.cast(dropped, TFloat32.class)));
    return tf.math.mul(keep, scale);
  }

  private static Operand<TInt32> range(Ops tf, Operand<TInt32> end) {
    return tf.range(tf.constant(0), end, tf.constant(1));
  }

  /**
   * Returns MurmurHash3's finaliser of h: each bit of h affects each bit of the result.
   *
   * @see <a href="https://github.com/aappleby/smhasher">MurmurHash3</a>
   */
  private static Operand<TInt32> mixed(Ops tf, Operand<TInt32> h) {
    var first = tf.math.mul(folded(tf, h, 16), tf.constant(0x85ebca6b));
    var second = tf.math.mul(folded(tf, first, 13), tf.constant(0xc2b2ae35));
    return folded(tf, second, 16);
  }

  /** Returns {@code h ^ (h >>> by)}. */
  private static Operand<TInt32> folded(Ops tf, Operand<TInt32> h, int by) {
    var shifted = tf.bitwise.rightShift(h, tf.constant(by)); // fills in the sign bit
    return tf.bitwise.bitwiseXor(h, tf.bitwise.bitwiseAnd(shifted, tf.constant(-1 >>> by)));
  }
}
