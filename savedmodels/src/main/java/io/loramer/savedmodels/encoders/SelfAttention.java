package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.graph.Dropout;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Multi-head self-attention: {@code softmax(Q Kᵀ / √d + bias + mask) V}, then a projection.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al. 2017, section 3.2</a>
 */
final class SelfAttention {
  /** Added to the score of a padded key, so that its weight underflows to zero. */
  private static final float MASKED_SCORE = -1e9f;

  private final Ops tf;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final int heads;
  private final int headSize;
  private final float dropoutRate;

  /** The linear maps of an attention, all [hidden, hidden]. */
  record Projections(Linear query, Linear key, Linear value, Linear output) {}

  SelfAttention(Ops tf, Projections projections, TransformerConfig config) {
    this.tf = tf;
    query = projections.query;
    key = projections.key;
    value = projections.value;
    output = projections.output;
    heads = config.heads();
    headSize = config.hiddenSize() / config.heads();
    dropoutRate = config.attentionDropout();
  }

  /** Returns the additive mask of scores, float32 [B, 1, 1, T], of a mask [B, T] of ones. */
  static Operand<TFloat32> scoreMask(Ops tf, Operand<TFloat32> mask) {
    var padding = tf.math.mul(tf.math.sub(tf.constant(1f), mask), tf.constant(MASKED_SCORE));
    return tf.expandDims(tf.expandDims(padding, tf.constant(1)), tf.constant(1));
  }

  /**
   * Computes the attention of a batch and its output projection.
   *
   * @param x float32 [B·T, H]
   * @param scoreMask float32 [B, 1, 1, T]
   * @param positionBias float32 [B, N, T, T], if the encoder has one
   * @return float32 [B·T, H]
   */
  Operand<TFloat32> apply(
      Operand<TFloat32> x,
      SequenceShape shape,
      Operand<TFloat32> scoreMask,
      Optional<Operand<TFloat32>> positionBias,
      Dropout dropout) {
    var scaling = tf.constant((float) (1 / Math.sqrt(headSize)));
    var scaled = tf.math.mul(query.apply(x), scaling);
    var q = shape.splitHeads(tf, scaled, heads, headSize); // [B, N, T, D]
    var k = shape.splitHeads(tf, key.apply(x), heads, headSize);
    var v = shape.splitHeads(tf, value.apply(x), heads, headSize);

    Operand<TFloat32> scores = product("bnqd,bnkd->bnqk", q, k); // [B, N, T, T]
    if (positionBias.isPresent()) {
      scores = tf.math.add(scores, positionBias.get());
    }
    Operand<TFloat32> weights = tf.nn.softmax(tf.math.add(scores, scoreMask));
    weights = dropout.apply(tf, weights, dropoutRate);
    var attended = product("bnqk,bnkd->bnqd", weights, v); // [B, N, T, D]
    return output.apply(SequenceShape.mergeHeads(tf, attended, (long) heads * headSize));
  }

  /** Returns an Einsum, since oneDNN has no kernel for the gradient of a BatchMatMul. */
  private Operand<TFloat32> product(String equation, Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.linalg.einsum(List.of(a, b), equation);
  }
}
