package io.loramer.savedmodels.optimize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.IdentityN;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;

/** Graphs of other code, in a process in which {@link CustomGradients} has registered itself. */
class CustomGradientsTest {
  @BeforeAll
  static void rewriteAGraphOfOurs() {
    Rematerialization.rewrite(new GraphDefEditor(GraphDef.getDefaultInstance()));
  }

  @Test
  void anIdentityNOfAnotherGraphPassesItsGradientsOn() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = tf.constant(3f);
      Operand<TFloat32> y = tf.constant(5f);
      // Named as our nodes are, so only the attribute makes the difference.
      IdentityN both =
          tf.withSubScope("value").withName("gradient").identityN(List.of(tf.math.square(x), y));
      Output<TFloat32> first = both.output().get(0).expect(TFloat32.class);
      Output<TFloat32> second = both.output().get(1).expect(TFloat32.class);
      Output<TFloat32> product = tf.math.mul(first, second).asOutput(); // x² y

      Output<?>[] gradients =
          graph.addGradients(product, new Output<?>[] {x.asOutput(), y.asOutput()});

      assertEquals(30f, value(session, gradients[0])); // 2 x y
      assertEquals(9f, value(session, gradients[1])); // x²
    }
  }

  @Test
  void anOutputOfAnotherGraphThatNothingReadsHasTheGradientZero() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = tf.constant(3f);
      Operand<TFloat32> y = tf.constant(5f);
      IdentityN both = tf.identityN(List.of(tf.math.square(x), tf.math.square(y)));
      Output<TFloat32> second = both.output().get(1).expect(TFloat32.class);
      Output<TFloat32> cube = tf.math.mul(second, y).asOutput();

      Output<?>[] gradients =
          graph.addGradients(cube, new Output<?>[] {x.asOutput(), y.asOutput()});

      assertEquals(0f, value(session, gradients[0]));
      assertEquals(75f, value(session, gradients[1])); // 3 y²
    }
  }

  private static float value(Session session, Output<?> output) {
    try (Result result = session.runner().fetch(output).run()) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }
}
