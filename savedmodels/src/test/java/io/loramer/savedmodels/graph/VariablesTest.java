package io.loramer.savedmodels.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.savedmodels.graph.Variable.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

final class VariablesTest {
  @Test
  void everyVariableHasItsOwnBuffer() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Variables variables = new Variables(graph, 7);
      var first = variables.trainable("a.weight", Shape.of(3), VariableInitializer.zeros());
      var second = variables.trainable("b.weight", Shape.of(3), VariableInitializer.zeros());
      variables.initialize(session);
      Ops tf = Ops.create(graph);
      session.run(
          tf.assignVariableOp(
              variables.all(Role.TRAINABLE).get(0).handle(), tf.constant(new float[] {1, 2, 3})));

      try (var result = session.runner().fetch(first).fetch(second).run()) {
        assertEquals(2f, ((TFloat32) result.get(0)).getFloat(1));
        assertEquals(0f, ((TFloat32) result.get(1)).getFloat(1));
      }
    }
  }

  @Test
  void nameIsNeverGivenTwice() {
    try (Graph graph = new Graph()) {
      Variables variables = new Variables(graph, 7).scope("audio");
      variables.frozen("weight", Shape.of(2));
      var refused =
          assertThrows(
              IllegalArgumentException.class, () -> variables.frozen("weight", Shape.of(2)));
      assertEquals("variable audio.weight exists already", refused.getMessage());
    }
  }

  @Test
  void initialValueDependsOnSeedAndNameOnly() {
    assertEquals(drawn(7, "x", "y"), drawn(7, "y", "x"));
  }

  @Test
  void dottedNameBecomesScopesAndNumbersStayWithTheirWord() {
    assertEquals(
        "encoder/layers.0/attention/q_proj/weight",
        Variables.path("encoder.layers.0.attention.q_proj.weight"));
    assertEquals("embeddings/weight", Variables.path("embeddings.weight"));
  }

  /** Draws two variables in this order and returns the value of x. */
  private static List<Float> drawn(long seed, String... names) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Variables variables = new Variables(graph, seed);
      for (String name : names) {
        variables.trainable(name, Shape.of(2), VariableInitializer.normal(1));
      }
      variables.initialize(session);
      try (var result = session.runner().fetch("x/read").run()) {
        TFloat32 value = (TFloat32) result.get(0);
        return List.of(value.getFloat(0), value.getFloat(1));
      }
    }
  }
}
