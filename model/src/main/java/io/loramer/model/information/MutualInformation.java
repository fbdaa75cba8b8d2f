package io.loramer.model.information;

import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Estimates the mutual information of two vectors by a network that learns to distinguish pairs
 * that belong together from others. Maximising the estimate trains the network and the layers that
 * compute the vectors.
 */
public final class MutualInformation {
  /**
   * The weight of the current batch in the moving average, as in the published implementations.
   * Since the average includes the current batch, no gradient grows more than 1 / RATE times.
   */
  private static final float RATE = 0.01f;

  private final Variables variables;
  private final MineConfig config;
  private final Mine mine;

  /**
   * The estimate of a batch.
   *
   * @param nats float32 scalar; its gradient is that of the estimator's objective, which may differ
   *     from that of the value. 0, with gradients 0, if the batch has one row
   * @param updates ops that a step of training runs besides the optimiser: they update the moving
   *     average
   */
  public record Estimate(Operand<TFloat32> nats, List<Op> updates) {}

  /**
   * Creates the variables of the network.
   *
   * @param features D, the size of each of the two vectors
   */
  public MutualInformation(Variables variables, int features, MineConfig config) {
    this.variables = variables;
    this.config = config;
    mine = new Mine(variables, features, config.hidden());
  }

  /**
   * Builds the estimate of a batch. {@link MineEstimator#DV_MOVING_AVERAGE} allows one per graph.
   *
   * @param x float32 [B, D]
   * @param z float32 [B, D]; the row i belongs to the row i of x
   * @param shuffle int32 [B], a permutation without fixed points, for {@link Marginals#SHUFFLE}
   * @throws IllegalArgumentException if the permutation is missing, or given and not needed
   */
  public Estimate estimate(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> z, Optional<Operand<TInt32>> shuffle) {
    if (shuffle.isPresent() != (config.marginals() == Marginals.SHUFFLE)) {
      throw new IllegalArgumentException(
          "loss: expected a permutation for marginals SHUFFLE only; the marginals are %s"
              .formatted(config.marginals()));
    }
    PairScores scores =
        shuffle
            .map(permutation -> mine.shuffled(tf, x, z, permutation))
            .orElseGet(() -> mine.allPairs(tf, x, z));
    return estimate(tf, variables, config.estimator(), scores);
  }

  /** Builds the estimate from scores. */
  static Estimate estimate(
      Ops tf, Variables variables, MineEstimator estimator, PairScores scores) {
    return switch (estimator) {
      case DV -> of(tf, scores, scores.donskerVaradhan(tf));
      case DV_MOVING_AVERAGE -> movingAverage(tf, variables, scores);
      case NWJ -> of(tf, scores, scores.nguyenWainwrightJordan(tf));
      case JSD ->
          of(tf, scores, trainedBy(tf, scores.donskerVaradhan(tf), scores.jensenShannon(tf)));
      case INFONCE -> of(tf, scores, scores.infoNce(tf));
      case SMILE -> of(tf, scores, trainedBy(tf, scores.smile(tf), scores.jensenShannon(tf)));
    };
  }

  private static Estimate of(Ops tf, PairScores scores, Operand<TFloat32> nats) {
    return new Estimate(whereThereArePairs(tf, scores, nats, tf.constant(0f)), List.of());
  }

  /**
   * Builds Donsker and Varadhan's value with the gradient of {@code mean over joint − mean of exp T
   * over marginal / average}. The average is that of the means of this and all past steps; it
   * starts at 1, since T starts near 0. Its logarithm is stored, which does not overflow.
   */
  private static Estimate movingAverage(Ops tf, Variables variables, PairScores scores) {
    Variable<TFloat32> average =
        variables.state("log_moving_average", TFloat32.class, Shape.scalar());
    var logMean = scores.logMeanExpOfMarginal(tf);
    var next =
        logAddExp(
            tf,
            tf.math.add(average.value(), tf.constant((float) Math.log1p(-RATE))),
            tf.math.add(tf.stopGradient(logMean), tf.constant((float) Math.log(RATE))));
    // d mean exp T / average = d logMean · (mean exp T / average)
    var ratio = tf.math.exp(tf.math.sub(tf.stopGradient(logMean), next));
    var objective = tf.math.sub(scores.meanOfJoint(tf), tf.math.mul(ratio, logMean));
    var nats = trainedBy(tf, scores.donskerVaradhan(tf), objective);
    var kept = whereThereArePairs(tf, scores, next, average.value());
    return new Estimate(
        of(tf, scores, nats).nats(), List.of(tf.assignVariableOp(average.handle(), kept)));
  }

  /** Returns the value of one scalar with the gradient of another. */
  private static Operand<TFloat32> trainedBy(
      Ops tf, Operand<TFloat32> value, Operand<TFloat32> objective) {
    return tf.math.add(objective, tf.stopGradient(tf.math.sub(value, objective)));
  }

  /** A batch of one has no pairs that do not belong together, and its means are NaN. */
  private static Operand<TFloat32> whereThereArePairs(
      Ops tf, PairScores scores, Operand<TFloat32> value, Operand<TFloat32> other) {
    var some = tf.math.greater(scores.marginalPairs(tf), tf.constant(0f));
    return tf.select(some, value, other);
  }

  private static Operand<TFloat32> logAddExp(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    var larger = tf.math.maximum(a, b);
    return tf.math.add(larger, tf.math.softplus(tf.math.neg(tf.math.abs(tf.math.sub(a, b)))));
  }
}
