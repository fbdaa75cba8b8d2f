package io.loramer.training.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** {@code Adam} and {@code LossScale} on a loss {@code x · w}, whose gradient is x. */
class LossScaleTest {
  private static final float[] X = {0.5f, -2f, 1e-6f};

  private final Graph graph = new Graph();
  private final Variables variables = new Variables(graph, 5);
  private Placeholder<TFloat32> x;
  private Adam adam;
  private Session session;

  private void build(boolean scales) {
    Ops tf = Ops.create(graph);
    x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(3)));
    Operand<TFloat32> w = variables.trainable("w", Shape.of(3), VariableInitializer.normal(1f));
    Operand<TFloat32> loss = tf.reduceSum(tf.math.mul(x, w), tf.constant(0));
    Optional<LossScale> scale =
        scales ? Optional.of(new LossScale(tf, variables)) : Optional.empty();
    adam = new Adam(graph, variables, loss, 0.1f, 9000, OptionalDouble.empty(), scale);
    session = new Session(graph);
    variables.initialize(session);
  }

  @AfterEach
  void close() {
    session.close();
    graph.close();
  }

  private void step(float... values) {
    try (TFloat32 fed = TFloat32.vectorOf(values)) {
      session.runner().feed(x, fed).addTarget(adam.step()).run().close();
    }
  }

  private float[] value(String name) {
    try (Variables.Values values = variables.values(session, List.of(name))) {
      TFloat32 value = values.byName().get(name);
      return value.rank() == 0 ? new float[] {value.getFloat()} : StdArrays.array1dCopyOf(value);
    }
  }

  private static float[] afterTwoSteps(boolean scales) {
    LossScaleTest run = new LossScaleTest();
    run.build(scales);
    run.step(X);
    run.step(X);
    float[] w = run.value("w");
    run.close();
    return w;
  }

  @Test
  void stepsAreThoseOfTheUnscaledLoss() {
    build(true);
    assertArrayEquals(afterTwoSteps(false), afterTwoSteps(true), 1e-6f);
  }

  @Test
  void anOverflowLowersTheScaleAndChangesNothingElse() {
    build(true);
    step(X);
    float[] w = value("w");
    float[] v = value("train.v.w");
    step(1f, Float.POSITIVE_INFINITY, 2f);
    assertArrayEquals(w, value("w"));
    assertArrayEquals(v, value("train.v.w"));
    assertArrayEquals(new float[] {-1}, value("train.loss_scale.doublings"));
    step(X);
    assertArrayEquals(afterTwoSteps(false), value("w"), 1e-6f);
  }

  @Test
  void twoThousandStepsWithoutOverflowDoubleTheScale() {
    build(true);
    step(Float.NaN, 1f, 1f);
    for (int i = 0; i < 1999; i++) {
      step(X);
    }
    assertEquals(-1, value("train.loss_scale.doublings")[0]);
    step(X);
    assertEquals(0, value("train.loss_scale.doublings")[0]);
  }
}
