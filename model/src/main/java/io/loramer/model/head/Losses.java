package io.loramer.model.head;

import io.loramer.model.information.MutualInformation;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The loss of a batch, the paper's equations 12 and 13: {@code L = L_c − lambda · I}.
 *
 * @param total float32 scalar L, which is minimised
 * @param crossEntropy float32 scalar, L_c: the mean over the batch, in nats
 * @param mutualInformation float32 scalar, the estimate of I(f_a, f_t) in nats; empty without
 *     fusion
 * @param updates ops that a step of training runs besides the optimiser
 */
public record Losses(
    Operand<TFloat32> total,
    Operand<TFloat32> crossEntropy,
    Optional<Operand<TFloat32>> mutualInformation,
    List<Op> updates) {

  /** Builds the cross-entropy alone. */
  static Losses classification(Ops tf, Operand<TFloat32> logits, Operand<TInt32> labels) {
    var crossEntropy = crossEntropy(tf, logits, labels);
    // A session refuses to fetch one output twice, and both are fetched in every step.
    return new Losses(tf.identity(crossEntropy), crossEntropy, Optional.empty(), List.of());
  }

  /** Builds the cross-entropy minus the weighted mutual information. */
  static Losses regularized(
      Ops tf,
      Operand<TFloat32> logits,
      Operand<TInt32> labels,
      MutualInformation.Estimate information,
      float lambda) {
    var crossEntropy = crossEntropy(tf, logits, labels);
    var gain = tf.math.mul(tf.constant(lambda), information.nats());
    return new Losses(
        tf.math.sub(crossEntropy, gain),
        crossEntropy,
        Optional.of(information.nats()),
        information.updates());
  }

  private static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TInt32> labels) {
    int classes = Math.toIntExact(logits.shape().get(1));
    var oneHot = tf.oneHot(labels, tf.constant(classes), tf.constant(1f), tf.constant(0f));
    // The sparse op has no gradient in TensorFlow's C++ registry, so not in Java either.
    var perUtterance = tf.nn.softmaxCrossEntropyWithLogits(logits, oneHot).loss(); // [B]
    return tf.math.mean(perUtterance, tf.constant(0));
  }
}
