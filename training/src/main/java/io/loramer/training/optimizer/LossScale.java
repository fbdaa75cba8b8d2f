package io.loramer.training.optimizer;

import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variables;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/**
 * Scales the loss so that gradients do not underflow in half precision.
 *
 * <p>The gradients of {@code 2^(15 + k) · loss} are computed and divided by the same factor. If a
 * gradient overflows, {@code k} falls by one and the step changes no variable; after 2000 steps in
 * a row without overflow {@code k} rises by one.
 *
 * @see <a href="https://arxiv.org/abs/1710.03740">Micikevicius et al. 2018, Mixed Precision
 *     Training, section 3.2</a>
 */
public final class LossScale {
  private static final float FIRST = 1 << 15;
  private static final float PATIENCE = 2000;

  private final Ops tf;
  private final Variable<TFloat32> doublings;
  private final Variable<TFloat32> steps;
  private final Operand<TFloat32> scale;

  /**
   * Gradients of the unscaled loss.
   *
   * @param areFinite bool scalar: whether all gradients are finite; if not, they are set to 0
   * @param update lowers or raises the scale
   */
  record Unscaled(List<Operand<TFloat32>> gradients, Operand<TBool> areFinite, List<Op> update) {}

  /** Adds the scale's variables to the graph. */
  public LossScale(Ops tf, Variables variables) {
    this.tf = tf.withSubScope("loss_scale");
    doublings = variables.state("train.loss_scale.doublings", TFloat32.class, Shape.scalar());
    steps = variables.state("train.loss_scale.steps", TFloat32.class, Shape.scalar());
    var power = this.tf.math.pow(this.tf.constant(2f), doublings.value());
    scale = this.tf.math.mul(this.tf.constant(FIRST), power);
  }

  /** Returns the scaled loss, float32 scalar, of which the gradients are computed. */
  Operand<TFloat32> scaled(Operand<TFloat32> loss) {
    return tf.math.mul(loss, scale);
  }

  /** Divides gradients of the scaled loss by the scale. */
  Unscaled unscaled(List<Operand<TFloat32>> gradients) {
    List<Operand<TBool>> finite = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      var flat = tf.reshape(gradient, tf.constant(new int[] {-1}));
      finite.add(tf.reduceAll(tf.math.isFinite(flat), tf.constant(0)));
    }
    var areFinite = tf.reduceAll(tf.stack(finite), tf.constant(0));
    List<Operand<TFloat32>> unscaled = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      unscaled.add(tf.select(areFinite, tf.math.div(gradient, scale), tf.zerosLike(gradient)));
    }
    return new Unscaled(unscaled, areFinite, update(areFinite));
  }

  private List<Op> update(Operand<TBool> areFinite) {
    var one = tf.constant(1f);
    var zero = tf.constant(0f);
    var inRow = tf.select(areFinite, tf.math.add(steps.value(), one), zero);
    var isPatienceOver = tf.math.greaterEqual(inRow, tf.constant(PATIENCE));
    var raised = tf.dtypes.cast(isPatienceOver, TFloat32.class);
    var change = tf.select(areFinite, raised, tf.constant(-1f));
    return List.of(
        tf.assignAddVariableOp(doublings.handle(), change),
        tf.assignVariableOp(steps.handle(), tf.select(isPatienceOver, zero, inRow)));
  }
}
