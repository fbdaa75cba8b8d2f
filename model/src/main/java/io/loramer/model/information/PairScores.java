package io.loramer.model.information;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.framework.op.FrameworkOps;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The scores of the network T for the pairs of a batch, and the bounds of the mutual information
 * that follow. The bounds are float32 scalars in nats; without a marginal pair they are NaN.
 *
 * @param joint float32 [B]: T(x_i, z_i), pairs that belong together
 * @param marginal float32 [B, K]: T(x_i, z_j) with K other j for each i, ordered by i then j
 */
record PairScores(Operand<TFloat32> joint, Operand<TFloat32> marginal) {
  /** SMILE's τ: of 1, 5 and ∞, the one with the closest estimates at 2, 6 and 10 nats. */
  private static final float CLIP = 5;

  /**
   * The bound of Donsker and Varadhan, the paper's equations 9 to 11: {@code mean of T over joint −
   * log(mean of exp T over marginal)}.
   *
   * @see <a href="https://arxiv.org/abs/1801.04062">Belghazi et al. 2018, section 3</a>
   */
  Operand<TFloat32> donskerVaradhan(Ops tf) {
    return tf.math.sub(meanOfJoint(tf), logMeanExp(tf, marginal));
  }

  /**
   * The bound of Nguyen, Wainwright and Jordan: {@code mean of T over joint − mean of exp(T − 1)
   * over marginal}. It is −infinity if that mean overflows, for T above 89.
   *
   * @see <a href="https://arxiv.org/abs/1905.06922">Poole et al. 2019, section 2.1</a>
   */
  Operand<TFloat32> nguyenWainwrightJordan(Ops tf) {
    var logMean = tf.math.sub(logMeanExp(tf, marginal), tf.constant(1f));
    return tf.math.sub(meanOfJoint(tf), tf.math.exp(logMean));
  }

  /**
   * The bound of the Jensen-Shannon divergence, half of it less log 2: {@code − mean of
   * softplus(−T) over joint − mean of softplus(T) over marginal}. Its value is far from the mutual
   * information, but it is highest for the same T as the bound of Donsker and Varadhan.
   *
   * @see <a href="https://arxiv.org/abs/1808.06670">Hjelm et al. 2019, equation 4</a>
   */
  Operand<TFloat32> jensenShannon(Ops tf) {
    var ofJoint = tf.math.mean(tf.math.softplus(tf.math.neg(joint)), tf.constant(0));
    var ofMarginal = tf.math.mean(tf.math.softplus(marginal), tf.constant(new int[] {0, 1}));
    return tf.math.neg(tf.math.add(ofJoint, ofMarginal));
  }

  /**
   * InfoNCE: {@code mean over i of T_ii − log(mean of exp T over the row's joint and marginal)}, at
   * most {@code log(K + 1)}.
   *
   * @see <a href="https://arxiv.org/abs/1807.03748">van den Oord et al. 2018, section 2.3</a>
   */
  Operand<TFloat32> infoNce(Ops tf) {
    var own = tf.expandDims(joint, tf.constant(1)); // [B, 1]
    var candidates = tf.concat(List.of(own, marginal), tf.constant(1)); // [B, K + 1]
    var logProbabilities = tf.nn.logSoftmax(candidates);
    var ofOwn =
        tf.slice(logProbabilities, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, 1}));
    var pairs = tf.math.div(count(tf, candidates), count(tf, joint)); // K + 1
    return tf.math.add(tf.math.mean(ofOwn, tf.constant(new int[] {0, 1})), tf.math.log(pairs));
  }

  /**
   * Donsker and Varadhan's value with T clipped over the marginals; neither a lower nor an upper
   * bound.
   *
   * @see <a href="https://arxiv.org/abs/1910.06222">Song and Ermon 2020, equation 14</a>
   */
  Operand<TFloat32> smile(Ops tf) {
    var clipped = tf.clipByValue(marginal, tf.constant(-CLIP), tf.constant(CLIP));
    return tf.math.sub(meanOfJoint(tf), logMeanExp(tf, clipped));
  }

  /** Returns {@code log(mean of exp T over marginal)}. */
  Operand<TFloat32> logMeanExpOfMarginal(Ops tf) {
    return logMeanExp(tf, marginal);
  }

  Operand<TFloat32> meanOfJoint(Ops tf) {
    return tf.math.mean(joint, tf.constant(0));
  }

  /** Returns the number of marginal pairs, as a float32 scalar. */
  Operand<TFloat32> marginalPairs(Ops tf) {
    return count(tf, marginal);
  }

  /** Computes the logarithm of the mean of exp, which itself would overflow. */
  private static Operand<TFloat32> logMeanExp(Ops tf, Operand<TFloat32> scores) {
    var logSum = FrameworkOps.create(tf).math.reduceLogSumExp(scores, new int[] {0, 1}, false);
    return tf.math.sub(logSum, tf.math.log(count(tf, scores)));
  }

  private static Operand<TFloat32> count(Ops tf, Operand<TFloat32> scores) {
    return tf.dtypes.cast(tf.size(scores), TFloat32.class);
  }
}
