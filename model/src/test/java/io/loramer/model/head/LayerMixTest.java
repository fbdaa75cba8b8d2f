package io.loramer.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.model.testing.TestGraph;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

final class LayerMixTest {
  private static final EncoderSize ENCODER = new EncoderSize(3, 5);
  private static final int STATES = 6;
  private static final int ELEMENTS = 2 * 4 * 3; // of [B, T, H]

  @Test
  void lastPassesTheLastHiddenStateThrough() {
    try (TestGraph graph = new TestGraph()) {
      float[] state = {1, 2, 3, 4, 5, 6};
      var mix = new LayerMix(graph.variables, Layers.LAST, ENCODER);
      var mixed = mix.mix(graph.tf, graph.constant(Shape.of(2, 1, 3), state));
      assertArrayEquals(state, graph.run(mixed));
      assertEquals(0, graph.variables.trainable().size());
    }
  }

  @Test
  void sumOfTheLastFourLeavesOutTheFirstStates() {
    try (TestGraph graph = new TestGraph()) {
      var mix = new LayerMix(graph.variables, Layers.SUM_LAST_FOUR, ENCODER);
      float[] mixed = graph.run(mix.mix(graph.tf, states(graph)));
      for (int i = 0; i < ELEMENTS; i++) {
        assertEquals(state(2, i) + state(3, i) + state(4, i) + state(5, i), mixed[i]);
      }
    }
  }

  @Test
  void learnedWeightsStartEqual() {
    try (TestGraph graph = new TestGraph()) {
      var mix = new LayerMix(graph.variables, Layers.WEIGHTED, ENCODER);
      graph.variables.initialize(graph.session);
      float[] mixed = graph.run(mix.mix(graph.tf, states(graph)));
      for (int i = 0; i < ELEMENTS; i++) {
        float sum = 0;
        for (int layer = 0; layer < STATES; layer++) {
          sum += state(layer, i);
        }
        assertEquals(sum / STATES, mixed[i], 1e-3f);
      }
    }
  }

  @Test
  void learnedWeightPicksItsLayer() {
    try (TestGraph graph = new TestGraph()) {
      var mix = new LayerMix(graph.variables, Layers.WEIGHTED, ENCODER);
      graph.assign(graph.variable("weight"), new float[] {0, 200, 0, 0, 0, 0});
      float[] mixed = graph.run(mix.mix(graph.tf, states(graph)));
      for (int i = 0; i < ELEMENTS; i++) {
        assertEquals(state(1, i), mixed[i]);
      }
    }
  }

  @Test
  void sumOfTheLastFourNeedsFourLayers() {
    try (TestGraph graph = new TestGraph()) {
      EncoderSize small = new EncoderSize(3, 2);
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> new LayerMix(graph.variables, Layers.SUM_LAST_FOUR, small));
      assertEquals(
          "head.layers: sum_last_four needs an encoder of 4 layers, found 2; take last or weighted",
          refused.getMessage());
    }
  }

  @Test
  void allHiddenStatesAreRefusedWhereTheLastIsWanted() {
    try (TestGraph graph = new TestGraph()) {
      var mix = new LayerMix(graph.variables, Layers.LAST, ENCODER);
      var states = states(graph);
      var refused = assertThrows(IllegalArgumentException.class, () -> mix.mix(graph.tf, states));
      assertEquals(
          "hidden states for layers LAST: expected 3 dimensions, found shape [6, 2, 4, 3]",
          refused.getMessage());
    }
  }

  private static float state(int layer, int element) {
    return 100 * layer * layer + element;
  }

  private static Operand<TFloat32> states(TestGraph graph) {
    float[] states = new float[STATES * ELEMENTS];
    for (int i = 0; i < states.length; i++) {
      states[i] = state(i / ELEMENTS, i % ELEMENTS);
    }
    return graph.constant(Shape.of(STATES, 2, 4, 3), states);
  }
}
