package io.loramer.savedmodels.encoders;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * WavLM's relative position bias: a learned number per head for each bucket of {@code key − query}.
 * Half of the buckets are for keys after the query; in each half, one per distance up to a quarter
 * of all buckets, then logarithmically wider ones up to the maximal distance.
 *
 * @see <a href="https://arxiv.org/abs/2110.13900">Chen et al. 2022, section III-B</a>
 */
final class RelativePositionBias {
  private final Ops tf;
  private final int buckets;
  private final int maxDistance;
  private final Operand<TFloat32> embedding; // [buckets, N]

  RelativePositionBias(Parameters parameters, SpeechConfig config) {
    tf = parameters.tf();
    buckets = config.relativeBuckets();
    maxDistance = config.maxRelativeDistance();
    embedding = parameters.get("weight", buckets, config.transformer().heads());
  }

  /**
   * Returns the bias of every pair of frames, before any gate.
   *
   * @param time int32 scalar T
   * @return float32 [N, T, T], query then key
   */
  Operand<TFloat32> apply(Operand<TInt32> time) {
    var one = tf.constant(1);
    // All 2T − 1 distances once; row q of the result is the window of T that starts at T − 1 − q.
    var distances = tf.range(tf.math.sub(one, time), time, one);
    var values =
        tf.gather(
            embedding, bucket(tf, distances, buckets, maxDistance), tf.constant(0)); // [2T − 1, N]
    var perHead = tf.linalg.transpose(values, tf.constant(new int[] {1, 0}));
    var frames = tf.range(tf.constant(0), time, one);
    var offset = tf.math.sub(frames, tf.expandDims(frames, one)); // key − query, [T, T]
    var index = tf.math.add(offset, tf.math.sub(time, one));
    return tf.gather(perHead, index, one);
  }

  /** Returns the bucket of each distance {@code key − query}, int32 of the same shape. */
  static Operand<TInt32> bucket(Ops tf, Operand<TInt32> distances, int buckets, int maxDistance) {
    int half = buckets / 2;
    int exact = half / 2;
    var after = tf.dtypes.cast(tf.math.greater(distances, tf.constant(0)), TInt32.class);
    var distance = tf.math.abs(distances);
    // Distances below `exact` don't take this branch; the maximum keeps their logarithm finite.
    var far = tf.dtypes.cast(tf.math.maximum(distance, tf.constant(exact)), TFloat32.class);
    var ratio =
        tf.math.div(
            tf.math.log(tf.math.div(far, tf.constant((float) exact))),
            tf.constant((float) Math.log((double) maxDistance / exact)));
    var steps = tf.math.mul(ratio, tf.constant((float) (half - exact)));
    var logarithmic =
        tf.math.minimum(
            tf.dtypes.cast(tf.math.add(steps, tf.constant((float) exact)), TInt32.class),
            tf.constant(half - 1));
    var near = tf.math.less(distance, tf.constant(exact));
    var within = tf.select(near, distance, logarithmic);
    return tf.math.add(tf.math.mul(after, tf.constant(half)), within);
  }
}
