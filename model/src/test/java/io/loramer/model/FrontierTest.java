package io.loramer.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.Frontier.Storage;
import io.loramer.model.head.HeadConfig;
import io.loramer.model.head.Layers;
import io.loramer.model.head.Modality;
import io.loramer.model.head.PoolingOrder;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.model.information.MineConfig;
import io.loramer.model.testing.MadeUpBatch;
import io.loramer.model.testing.RandomEncoders;
import io.loramer.model.testing.TestGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** Two graphs, up to the frontier and beyond it, compute the same as one. */
@Tag("slow")
final class FrontierTest {
  private static final int LABELS = 5;
  private static final float ATOL = 1e-5f;
  private static final float HALF_ATOL = 1e-2f;

  private static final Optional<LoraConfig> ALL_LAYERS = Optional.of(LoraConfig.defaults());
  private static final Optional<LoraConfig> SECOND_LAYER = lora(".*layers\\.1\\..*q_proj");

  @TempDir private static Path folder;
  private static Map<Modality, SavedModelFolder> encoders;

  @BeforeAll
  static void convert() throws IOException {
    encoders = RandomEncoders.in(folder);
  }

  @Test
  void frontierLiesBeforeTheFirstMatrixOfLora() throws IOException {
    assertEquals(List.of(0), audio(ALL_LAYERS, Layers.LAST).states());
    assertEquals(List.of(1), audio(SECOND_LAYER, Layers.LAST).states());
    assertEquals(List.of(2), audio(Optional.empty(), Layers.LAST).states());
  }

  @Test
  void loraBeforeTheFirstHiddenStateIsRefused() throws IOException {
    String refused =
        assertThrows(IllegalArgumentException.class, () -> audio(lora("all-linear"), Layers.LAST))
            .getMessage();
    assertTrue(refused.contains("found feature_projection.projection before the first"), refused);
    String advised = "encoder\\.layers\\..*";
    assertTrue(refused.contains(advised), refused);
    assertEquals(List.of(0), audio(lora(advised), Layers.LAST).states());
  }

  @Test
  void headThatMixesLayersTakesAllStatesUpToTheFrontier() throws IOException {
    assertEquals(List.of(0), audio(ALL_LAYERS, Layers.WEIGHTED).states());
    assertEquals(List.of(0, 1), audio(SECOND_LAYER, Layers.WEIGHTED).states());
    assertEquals(List.of(0, 1, 2), audio(Optional.empty(), Layers.WEIGHTED).states());
  }

  @Test
  void frontierBeforeTheFirstLayerChangesNoProbability() throws IOException {
    requireSame(ALL_LAYERS, Layers.LAST, Storage.FLOAT32, ATOL);
    requireSame(ALL_LAYERS, Layers.WEIGHTED, Storage.FLOAT32, ATOL);
  }

  @Test
  void frontierBeforeTheSecondLayerChangesNoProbability() throws IOException {
    requireSame(SECOND_LAYER, Layers.LAST, Storage.FLOAT32, ATOL);
    requireSame(SECOND_LAYER, Layers.WEIGHTED, Storage.FLOAT32, ATOL);
  }

  @Test
  void frontierBehindFrozenEncodersChangesNoProbability() throws IOException {
    requireSame(Optional.empty(), Layers.LAST, Storage.FLOAT32, ATOL);
    requireSame(Optional.empty(), Layers.WEIGHTED, Storage.FLOAT32, ATOL);
  }

  @Test
  void lengthsRoundedUpForCompilationChangeNoProbability() throws IOException {
    Computation fused = new Computation(Precision.FLOAT32, true);
    requireSame(ALL_LAYERS, Layers.LAST, Storage.FLOAT32, fused, ATOL);
    requireSame(SECOND_LAYER, Layers.WEIGHTED, Storage.FLOAT32, fused, ATOL);
  }

  @Test
  void statesInHalfPrecisionChangeTheThirdDigit() throws IOException {
    requireSame(ALL_LAYERS, Layers.LAST, Storage.FLOAT16, HALF_ATOL);
  }

  @Test
  void trainablePartHasNoVariablesBeforeTheFrontier() throws IOException {
    try (TestGraph host = new TestGraph()) {
      Map<Modality, Frontier> frontiers = frontiers(ALL_LAYERS, Layers.LAST, Storage.FLOAT32);
      beyond(host, frontiers, ALL_LAYERS, Layers.LAST, Computation.FLOAT32);
      List<String> names =
          host.variables.all(Variable.Role.FROZEN).stream().map(Variable::name).toList();
      assertTrue(names.contains("audio.encoder.layers.0.attention.k_proj.weight"));
      assertTrue(names.stream().noneMatch(n -> n.matches("text.*|.*feature_.*|.*pos_conv.*")));
    }
  }

  @Test
  void graphUpToTheFrontierHasNoVariablesBeyondIt() throws IOException {
    try (TestGraph host = new TestGraph()) {
      audio(ALL_LAYERS, Layers.LAST).build(host.graph, host.variables);
      assertTrue(
          host.variables.all(Variable.Role.FROZEN).stream()
              .noneMatch(variable -> variable.name().contains("layers.0.attention")));
    }
  }

  private static Optional<LoraConfig> lora(String expression) {
    return Optional.of(new LoraConfig(2, 16, 0.1f, new TargetModules(List.of(), expression)));
  }

  private static Frontier audio(Optional<LoraConfig> lora, Layers layers) throws IOException {
    return frontiers(lora, layers, Storage.FLOAT32).get(Modality.AUDIO);
  }

  private static Map<Modality, Frontier> frontiers(
      Optional<LoraConfig> lora, Layers layers, Storage storage) throws IOException {
    Map<Modality, Frontier> frontiers = new EnumMap<>(Modality.class);
    for (Modality modality : Modality.values()) {
      Optional<LoraConfig> trained = modality == Modality.AUDIO ? lora : Optional.empty();
      EncoderSavedModel encoder = EncoderSavedModel.of(encoders.get(modality));
      frontiers.put(modality, Frontier.of(modality, encoder, trained, layers, storage));
    }
    return frontiers;
  }

  private static HeadConfig head(Layers layers) {
    return new HeadConfig(
        10,
        OptionalInt.of(8),
        layers,
        PoolingOrder.BEFORE_CONVOLUTIONS,
        0.1f,
        MineConfig.defaults(),
        SpeakerConfig.none());
  }

  private static TrainablePart beyond(
      TestGraph host,
      Map<Modality, Frontier> frontiers,
      Optional<LoraConfig> lora,
      Layers layers,
      Computation computation)
      throws IOException {
    return new TrainablePart(
        host.graph,
        host.variables,
        frontiers,
        new ModelSpec(lora, computation, head(layers), LABELS),
        ForwardPass.Mode.INFERENCE);
  }

  private static void requireSame(
      Optional<LoraConfig> lora, Layers layers, Storage storage, float tolerance)
      throws IOException {
    requireSame(lora, layers, storage, Computation.FLOAT32, tolerance);
  }

  /** Compares the probabilities of one graph with those of three, LoRA's B no longer zero. */
  private static void requireSame(
      Optional<LoraConfig> lora,
      Layers layers,
      Storage storage,
      Computation computation,
      float tolerance)
      throws IOException {
    Map<Modality, Frontier> frontiers = frontiers(lora, layers, storage);
    try (TestGraph one = new TestGraph();
        TestGraph rest = new TestGraph();
        MadeUpBatch batch = MadeUpBatch.of(List.of(700, 2000), List.of(4, 9), 0, 1)) {
      LoraMer whole =
          new LoraMer(
              one.graph,
              one.variables,
              encoders,
              new ModelSpec(lora, Computation.FLOAT32, head(layers), LABELS),
              ForwardPass.Mode.INFERENCE);
      TrainablePart beyond = beyond(rest, frontiers, lora, layers, computation);
      whole.restoreEncoders(one.session);
      beyond.restoreEncoders(rest.session);
      start(one);
      start(rest);
      Map<String, Tensor> states = new LinkedHashMap<>();
      try {
        for (Frontier frontier : frontiers.values()) {
          states.putAll(states(frontier, batch));
        }
        float[] expected = probabilities(one, whole.forward(), batch.byName());
        assertArrayEquals(expected, probabilities(rest, beyond.forward(), states), tolerance);
        ForwardPass again = beyond.forwardAgain("evaluation", ForwardPass.Mode.INFERENCE);
        assertArrayEquals(expected, probabilities(rest, again, states), tolerance);
      } finally {
        states.values().forEach(Tensor::close);
      }
    }
  }

  private static void start(TestGraph host) {
    host.variables.initialize(host.session);
    Map<String, TFloat32> drawn = new LinkedHashMap<>();
    for (Variable<TFloat32> variable : host.variables.trainable()) {
      if (variable.name().contains("lora_B")) {
        Random random = new Random(variable.name().hashCode());
        float[] values = new float[Math.toIntExact(variable.shape().size())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
        drawn.put(variable.name(), TFloat32.tensorOf(variable.shape(), DataBuffers.of(values)));
      }
    }
    if (!drawn.isEmpty()) {
      host.variables.assign(host.session, drawn);
    }
    drawn.values().forEach(TFloat32::close);
  }

  /** Computes the states at a frontier. */
  private static Map<String, Tensor> states(Frontier frontier, MadeUpBatch batch)
      throws IOException {
    try (TestGraph host = new TestGraph()) {
      Frontier.Pass pass = frontier.build(host.graph, host.variables);
      pass.restore(host.session);
      Session.Runner runner = host.session.runner();
      pass.inputs().forEach((name, input) -> runner.feed(input, batch.byName().get(name)));
      Result result = runner.fetch(pass.states()).fetch(pass.lengths()).run();
      return Map.of(frontier.statesInput(), result.get(0), frontier.lengthsInput(), result.get(1));
    }
  }

  private static float[] probabilities(
      TestGraph host, ForwardPass pass, Map<String, Tensor> inputs) {
    Session.Runner runner = host.session.runner();
    pass.inputs().forEach((name, input) -> runner.feed(input, inputs.get(name)));
    try (Result result = runner.fetch(pass.outputs().probabilities()).run()) {
      return TestGraph.floats((TFloat32) result.get(0));
    }
  }
}
