package io.loramer.model.head;

import io.loramer.model.information.Dense;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Attentive statistics pooling: the attention-weighted mean and standard deviation of a sequence.
 *
 * <pre>
 *   e_t = v · tanh(W x_t + b) + k              alpha = softmax of e over the valid frames
 *   mu  = Σ_t alpha_t x_t                      sigma = sqrt(max(Σ_t alpha_t (x_t − mu)², VARIANCE_FLOOR))
 * </pre>
 *
 * <p>The variance is not computed as {@code Σ alpha x² − mu²}, which is the same number, but loses
 * all its float32 digits if a feature is large and varies little.
 *
 * @see <a href="https://arxiv.org/abs/1803.10963">Okabe et al. 2018, section 3.3</a>
 */
final class AttentiveStatisticsPooling {
  /** Each feature is pooled to its mean and its standard deviation. */
  static final int OUTPUTS_PER_FEATURE = 2;

  /** Keeps the gradient of the square root finite if all weight lies on one frame. */
  private static final float VARIANCE_FLOOR = 1e-5f;

  /** The score of a padded frame: low enough that its weight underflows to zero. */
  private static final float MASKED_SCORE = -1e9f;

  private final Dense attention; // W [A, F], b [A]
  private final Dense score; // v [1, A], k [1]

  /**
   * Creates the attention's variables.
   *
   * @param features F, of each frame
   * @param attentionSize A, the attention's hidden units
   */
  AttentiveStatisticsPooling(Variables variables, int features, int attentionSize) {
    attention = new Dense(variables.scope("attention"), features, attentionSize);
    score = new Dense(variables.scope("score"), attentionSize, 1);
  }

  /**
   * The pooled sequences of a batch.
   *
   * @param vector float32 [B, 2F]: means, then standard deviations
   * @param attention float32 [B, T]: alpha
   */
  record Pooled(Operand<TFloat32> vector, Operand<TFloat32> attention) {}

  /**
   * Pools each sequence of the batch.
   *
   * @param x float32 [B, T, F]
   * @param mask int32 [B, T], 1 for a frame, 0 for padding; at least one frame per row
   */
  Pooled pool(Ops tf, Operand<TFloat32> x, Operand<TInt32> mask) {
    var hidden = tf.math.tanh(attention.apply(tf, x)); // [B, T, A]
    var scores =
        tf.withName("scores").squeeze(score.apply(tf, hidden), Squeeze.axis(-1L)); // [B, T]
    var valid = tf.dtypes.cast(mask, TBool.class);
    var alpha = tf.nn.softmax(tf.select(valid, scores, tf.constant(MASKED_SCORE))); // [B, T]

    var mean = tf.linalg.einsum(List.of(alpha, x), "bt,btf->bf");
    var squares = tf.math.squaredDifference(x, tf.expandDims(mean, tf.constant(1))); // [B, T, F]
    var variance = tf.linalg.einsum(List.of(alpha, squares), "bt,btf->bf");
    var deviation = tf.math.sqrt(tf.math.maximum(variance, tf.constant(VARIANCE_FLOOR)));
    var statistics = tf.withName("statistics").concat(List.of(mean, deviation), tf.constant(1));
    return new Pooled(statistics, alpha);
  }
}
