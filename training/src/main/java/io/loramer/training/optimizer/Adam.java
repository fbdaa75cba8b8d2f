package io.loramer.training.optimizer;

import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Adam with a cosine-annealed learning rate, computed in the graph.
 *
 * <pre>
 *   rate_t = rate_0 · (1 + cos(π t / steps)) / 2
 *   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
 *   w ← w − rate_t · (m / (1 − β₁^(t+1))) / (sqrt(v / (1 − β₂^(t+1))) + ε)
 * </pre>
 *
 * <p>TensorFlow Framework's optimiser trains every reference variable and no resource variable, and
 * its learning rate is a constant of the graph; here gradients are computed for the trainable
 * variables only.
 *
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015</a>
 * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter 2017, equation 5</a>
 */
public final class Adam {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final Op step;
  private final Operand<TFloat32> learningRate;

  /**
   * Adds the update of the trainable variables to the graph.
   *
   * @param loss float32 scalar
   * @param totalSteps the number of steps after which the learning rate is 0
   * @param maxGradientNorm empty for no clipping
   * @param scale of the loss, if gradients pass through half precision
   */
  public Adam(
      Graph graph,
      Variables variables,
      Operand<TFloat32> loss,
      float initialRate,
      long totalSteps,
      OptionalDouble maxGradientNorm,
      Optional<LossScale> scale) {
    OneDnnFrozenWeights.requireNotAssumed(System.getenv());
    Ops tf = Ops.create(graph).withSubScope("train");
    Variable<TInt64> stepsDone = variables.state("train.step", TInt64.class, Shape.scalar());
    var done = tf.dtypes.cast(stepsDone.value(), TFloat32.class);
    learningRate = learningRate(tf, done, initialRate, totalSteps);
    List<Variable<TFloat32>> trainable = variables.trainable();
    List<Operand<TFloat32>> gradients =
        gradients(graph, scale.isPresent() ? scale.get().scaled(loss) : loss, trainable);
    Operand<TBool> isApplied = tf.constant(true);
    List<Op> updates = new ArrayList<>();
    if (scale.isPresent()) {
      LossScale.Unscaled unscaled = scale.get().unscaled(gradients);
      gradients = unscaled.gradients();
      isApplied = unscaled.areFinite();
      updates.addAll(unscaled.update());
    }
    if (maxGradientNorm.isPresent()) {
      gradients = clipped(tf, gradients, (float) maxGradientNorm.getAsDouble());
    }
    updates.addAll(apply(tf, variables, gradients, done, isApplied));
    // Must come after the updates: they read the step.
    step =
        tf.withControlDependencies(updates)
            .assignAddVariableOp(stepsDone.handle(), tf.dtypes.cast(isApplied, TInt64.class));
  }

  /**
   * Adds the update of each trainable variable and of its moments.
   *
   * @param gradients in the order of the trainable variables
   * @param done float32 scalar, the steps done before this one
   * @param isApplied bool scalar; if false, variables and moments stay as they are
   */
  private List<Op> apply(
      Ops tf,
      Variables variables,
      List<Operand<TFloat32>> gradients,
      Operand<TFloat32> done,
      Operand<TBool> isApplied) {
    var next = tf.math.add(done, tf.constant(1f));
    var beta1Power = tf.math.pow(tf.constant(BETA1), next);
    var beta2Power = tf.math.pow(tf.constant(BETA2), next);
    // TensorFlow adds its epsilon to sqrt(v), the formula above to sqrt(v / (1 − β₂^(t+1))): at the
    // first step that is 32 times as much, which changes the update for small gradients.
    var correction = tf.math.sqrt(tf.math.sub(tf.constant(1f), beta2Power));
    var epsilon = tf.math.mul(tf.constant(EPSILON), correction);
    // A step that is not applied leaves m and v as they are and has the learning rate 0.
    var rate = tf.select(isApplied, learningRate, tf.constant(0f));
    var beta1 = tf.select(isApplied, tf.constant(BETA1), tf.constant(1f));
    var beta2 = tf.select(isApplied, tf.constant(BETA2), tf.constant(1f));
    List<Variable<TFloat32>> trainable = variables.trainable();
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < trainable.size(); i++) {
      Variable<TFloat32> variable = trainable.get(i);
      updates.add(
          tf.train.resourceApplyAdam(
              variable.handle(),
              moment(variables, "m", variable).handle(),
              moment(variables, "v", variable).handle(),
              beta1Power,
              beta2Power,
              rate,
              beta1,
              beta2,
              epsilon,
              gradients.get(i)));
    }
    return updates;
  }

  /** Returns the op that updates all trainable variables once. */
  public Op step() {
    return step;
  }

  /** Returns the learning rate of the step that is being run, float32 scalar. */
  public Operand<TFloat32> learningRate() {
    return learningRate;
  }

  private static Operand<TFloat32> learningRate(
      Ops tf, Operand<TFloat32> done, float initialRate, long totalSteps) {
    var progress =
        tf.math.minimum(tf.math.div(done, tf.constant((float) totalSteps)), tf.constant(1f));
    var cosine = tf.math.cos(tf.math.mul(progress, tf.constant((float) Math.PI)));
    var half = tf.constant(initialRate / 2);
    return tf.withName("learning_rate").math.mul(half, tf.math.add(cosine, tf.constant(1f)));
  }

  private static List<Operand<TFloat32>> gradients(
      Graph graph, Operand<TFloat32> loss, List<Variable<TFloat32>> trainable) {
    Output<?>[] values =
        trainable.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
    Output<?>[] gradients =
        graph.addGradients("gradients", new Output<?>[] {loss.asOutput()}, values, null);
    List<Operand<TFloat32>> checked = new ArrayList<>();
    List<String> unconnected = new ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      if (gradients[i] == null) {
        unconnected.add(trainable.get(i).name());
      } else {
        checked.add(gradients[i].expect(TFloat32.class));
      }
    }
    if (!unconnected.isEmpty()) {
      throw new IllegalStateException("the loss does not depend on " + unconnected);
    }
    return checked;
  }

  /** Scales the gradients by {@code max / maximum(norm, max)}, the norm over all of them. */
  private static List<Operand<TFloat32>> clipped(
      Ops tf, List<Operand<TFloat32>> gradients, float max) {
    List<Operand<TFloat32>> halfSquares = new ArrayList<>();
    gradients.forEach(gradient -> halfSquares.add(tf.nn.l2Loss(gradient)));
    var norm = tf.math.sqrt(tf.math.mul(tf.constant(2f), tf.math.addN(halfSquares)));
    var scale = tf.math.div(tf.constant(max), tf.math.maximum(norm, tf.constant(max)));
    List<Operand<TFloat32>> clipped = new ArrayList<>();
    gradients.forEach(gradient -> clipped.add(tf.math.mul(gradient, scale)));
    return clipped;
  }

  private static Variable<TFloat32> moment(
      Variables variables, String name, Variable<TFloat32> of) {
    return variables.state("train." + name + "." + of.name(), TFloat32.class, of.shape());
  }
}
