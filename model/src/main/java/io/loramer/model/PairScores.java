package io.loramer.model;

import org.tensorflow.Operand;
import org.tensorflow.framework.op.FrameworkOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What the network T says of the pairs of a batch, for a lower bound of the mutual information to
 * be made of.
 *
 * @param joint float32 [B]: T(x_i, z_i), pairs that belong together
 * @param marginal float32 [B, K]: T(x_i, z_j) with K other j for each i, ordered by i then j
 */
record PairScores(Operand<TFloat32> joint, Operand<TFloat32> marginal) {

  /**
   * The bound of Donsker and Varadhan, in nats, the paper's equations 9 to 11:
   *
   * <pre>
   *   I = mean of T over joint − log(mean of exp T over marginal)
   * </pre>
   *
   * <p>Its gradient in a small batch is biased, and it diverges where the true information is high
   * (some 6 nats at a batch of 64).
   *
   * @return float32 scalar; 0, with gradients 0, where there is no marginal pair
   * @see <a href="https://arxiv.org/abs/1801.04062">Belghazi et al. 2018, section 3</a>
   */
  Operand<TFloat32> donskerVaradhan(Ops tf) {
    var pairs = tf.dtypes.cast(tf.size(marginal), TFloat32.class);
    var logSum = FrameworkOps.create(tf).math.reduceLogSumExp(marginal, new int[] {0, 1}, false);
    var logMean = tf.math.sub(logSum, tf.math.log(pairs));
    var bound = tf.math.sub(tf.math.mean(joint, tf.constant(0)), logMean);
    // Without pairs the bound is NaN; its NaN gradient goes to the marginals, of which there are
    // none.
    return tf.select(tf.math.greater(pairs, tf.constant(0f)), bound, tf.constant(0f));
  }
}
