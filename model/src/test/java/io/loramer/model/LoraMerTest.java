package io.loramer.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.optimize.Computation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The whole model, with encoders of random weights. */
final class LoraMerTest {
  private static final int SAMPLES = 2000;
  private static final int TOKENS = 9;
  private static final int LABELS = 5;
  private static final float ATOL = 1e-5f;

  private static final HeadConfig HEAD =
      new HeadConfig(
          10,
          OptionalInt.of(8),
          Layers.LAST,
          PoolingOrder.BEFORE_CONVOLUTIONS,
          0.1f,
          MineConfig.defaults(),
          SpeakerConfig.none());

  @TempDir private static Path folder;
  private static Map<Modality, SavedModelFolder> encoders;

  @BeforeAll
  static void convert() throws IOException {
    encoders = RandomEncoders.in(folder);
  }

  @Test
  void paddingValuesChangeNoProbability() throws IOException {
    try (Built built = new Built(encoders, ForwardPass.Mode.INFERENCE);
        MadeUpBatch zeros = MadeUpBatch.of(List.of(700, SAMPLES), List.of(4, TOKENS), 0, 1);
        MadeUpBatch garbage =
            MadeUpBatch.of(List.of(700, SAMPLES), List.of(4, TOKENS), -7.5f, 21)) {
      assertArrayEquals(
          built.probabilities(built.model.forward(), zeros),
          built.probabilities(built.model.forward(), garbage));
    }
  }

  @Test
  void utteranceHasTheSameProbabilitiesInABatchAndAlone() throws IOException {
    try (Built built = new Built(encoders, ForwardPass.Mode.INFERENCE);
        MadeUpBatch batch = MadeUpBatch.of(List.of(700, SAMPLES), List.of(4, TOKENS), 0, 1);
        MadeUpBatch alone = MadeUpBatch.of(List.of(700), List.of(4), 0, 1)) {
      float[] first = Arrays.copyOf(built.probabilities(built.model.forward(), batch), LABELS);
      assertArrayEquals(built.probabilities(built.model.forward(), alone), first, ATOL);
    }
  }

  @Test
  void evaluationBesideTrainingIsTheSameModelWithoutDropout() throws IOException {
    try (Built training = new Built(encoders, ForwardPass.Mode.TRAINING);
        Built inference = new Built(encoders, ForwardPass.Mode.INFERENCE);
        MadeUpBatch inputs = MadeUpBatch.of(List.of(700, SAMPLES), List.of(4, TOKENS), 0, 1)) {
      ForwardPass dropping = training.model.forward();
      assertEquals(
          List.of("audio/dropout_seed", "dropout_seed"),
          dropping.dropoutSeeds().stream().sorted().toList());
      float[] five = training.probabilities(dropping, inputs, 5);
      assertArrayEquals(five, training.probabilities(dropping, inputs, 5));
      assertFalse(Arrays.equals(five, training.probabilities(dropping, inputs, 6)));

      ForwardPass evaluation =
          training.model.forwardAgain("evaluation", ForwardPass.Mode.INFERENCE);
      assertEquals(List.of(), evaluation.dropoutSeeds());
      assertArrayEquals(
          inference.probabilities(inference.model.forward(), inputs),
          training.probabilities(evaluation, inputs),
          ATOL);
    }
  }

  @Test
  void frozenSpeechEncoderHasNeitherTrainableVariablesNorDropout() throws IOException {
    try (Built frozen = new Built(encoders, ForwardPass.Mode.TRAINING, Optional.empty())) {
      assertEquals(List.of("dropout_seed"), frozen.model.forward().dropoutSeeds());
      assertTrue(
          frozen.host.variables.trainable().stream().noneMatch(v -> v.name().contains("lora")));
    }
  }

  @Test
  void adapterGivesTheSameProbabilitiesMergedAndAsBypasses() throws IOException {
    try (Built beside = new Built(encoders, ForwardPass.Mode.INFERENCE);
        Built merged = new Built(encoders, ForwardPass.Mode.INFERENCE, Optional.empty());
        MadeUpBatch inputs = MadeUpBatch.of(List.of(700, SAMPLES), List.of(4, TOKENS), 0, 1)) {
      float[] without = merged.probabilities(merged.model.forward(), inputs);
      assertArrayEquals(without, beside.probabilities(beside.model.forward(), inputs), ATOL);
      try (LoraAdapter adapter = adapter(beside)) {
        beside.model.adapt(adapter, beside.host.session);
        merged.model.adapt(adapter, merged.host.session);
      }
      float[] with = merged.probabilities(merged.model.forward(), inputs);
      assertArrayEquals(with, beside.probabilities(beside.model.forward(), inputs), ATOL);
      float largest = 0;
      for (int i = 0; i < with.length; i++) {
        largest = Math.max(largest, Math.abs(with[i] - without[i]));
      }
      assertTrue(largest > 100 * ATOL, "the adapter changes nothing, so nothing was compared");
    }
  }

  @Test
  void modelOfOneModalityHasItsInputsOnly() throws IOException {
    Map<Modality, SavedModelFolder> text = Map.of(Modality.TEXT, encoders.get(Modality.TEXT));
    Map<Modality, SavedModelFolder> audio = Map.of(Modality.AUDIO, encoders.get(Modality.AUDIO));
    try (Built textModel = new Built(text, ForwardPass.Mode.INFERENCE);
        Built audioModel = new Built(audio, ForwardPass.Mode.INFERENCE)) {
      assertEquals(
          Set.of("input_ids", "text_lengths"), textModel.model.forward().inputs().keySet());
      assertEquals(
          Set.of("input_values", "audio_lengths"), audioModel.model.forward().inputs().keySet());
    }
  }

  @Test
  void encoderOfTheOtherModalityIsRefused() {
    Map<Modality, SavedModelFolder> swapped = Map.of(Modality.AUDIO, encoders.get(Modality.TEXT));
    IOException e =
        assertThrows(IOException.class, () -> new Built(swapped, ForwardPass.Mode.INFERENCE));
    assertEquals(
        folder.resolve("roberta") + ": expected a speech encoder, found a text encoder",
        e.getMessage());
  }

  /** Returns an adapter for the bypasses of a model, B not zero. */
  private static LoraAdapter adapter(Built built) throws IOException {
    Random random = new Random(4);
    Map<String, TFloat32> matrices = new LinkedHashMap<>();
    for (Variable<TFloat32> variable : built.host.variables.trainable()) {
      if (variable.name().contains("lora")) {
        float[] values = new float[Math.toIntExact(variable.shape().size())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
        matrices.put(
            variable.name().replaceFirst("^audio\\.", ""),
            TFloat32.tensorOf(variable.shape(), DataBuffers.of(values)));
      }
    }
    Path target = Files.createTempDirectory(folder, "adapter");
    LoraAdapter.write(target, LoraConfig.defaults(), matrices);
    matrices.values().forEach(TFloat32::close);
    return LoraAdapter.read(target);
  }

  /** A model with initialised variables. */
  private static final class Built implements AutoCloseable {
    final TestGraph host = new TestGraph();
    final LoraMer model;

    Built(Map<Modality, SavedModelFolder> encoders, ForwardPass.Mode mode) throws IOException {
      this(encoders, mode, Optional.of(LoraConfig.defaults()));
    }

    Built(
        Map<Modality, SavedModelFolder> encoders, ForwardPass.Mode mode, Optional<LoraConfig> lora)
        throws IOException {
      Variables variables = host.variables;
      model =
          new LoraMer(
              host.graph,
              variables,
              encoders,
              new ModelSpec(lora, Computation.FLOAT32, HEAD, LABELS),
              mode);
      model.restoreEncoders(host.session);
      variables.initialize(host.session);
    }

    float[] probabilities(ForwardPass pass, MadeUpBatch inputs) {
      return probabilities(pass, inputs, 0);
    }

    float[] probabilities(ForwardPass pass, MadeUpBatch inputs, long seed) {
      Session.Runner runner = host.session.runner();
      try (TInt64 dropoutSeed = TInt64.scalarOf(seed)) {
        pass.inputs().forEach((name, input) -> runner.feed(input, inputs.byName().get(name)));
        pass.dropoutSeeds().forEach(name -> runner.feed(name, dropoutSeed));
        try (Result result = runner.fetch(pass.outputs().probabilities()).run()) {
          return TestGraph.floats((TFloat32) result.get(0));
        }
      }
    }

    @Override
    public void close() {
      host.close();
    }
  }
}
