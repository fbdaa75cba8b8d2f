package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loramer.model.ForwardPass;
import io.loramer.model.LoraMer;
import io.loramer.model.ModelSpec;
import io.loramer.model.head.HeadConfig;
import io.loramer.model.head.Layers;
import io.loramer.model.head.Losses;
import io.loramer.model.head.Modality;
import io.loramer.model.head.PoolingOrder;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.weights.Safetensors;
import io.loramer.training.optimizer.Adam;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Twenty full-batch steps of the whole model against PyTorch 2.13: fixtures/trajectory, written by
 * gen_torch.py with transformers 5.18. WavLM with LoRA (B starts as zeros) and a frozen RoBERTa
 * below the head, no dropout, Adam with the learning rate on a cosine, a given permutation for each
 * step's marginals. The tolerances are its README's.
 */
final class GoldenTrajectoryTest {
  private static final Path FIXTURE = Path.of("src/test/resources/fixtures/trajectory");
  private static final Path CHECKPOINTS =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures");
  private static final int STEPS = 20;
  private static final double LOSSES = 1e-5;
  private static final float PARAMETERS = 2e-5f;

  private static final HeadConfig HEAD =
      new HeadConfig(
          32,
          OptionalInt.of(16),
          Layers.LAST,
          PoolingOrder.BEFORE_CONVOLUTIONS,
          0.1f,
          new MineConfig(0.25f, 32, Marginals.SHUFFLE, MineEstimator.DV),
          SpeakerConfig.none());

  @TempDir private static Path folder;

  private static Graph graph;
  private static Session session;
  private static Variables variables;
  private static LoraMer model;
  private static Operand<TInt32> labels;
  private static Operand<TInt32> shuffle;
  private static Losses losses;
  private static Adam adam;

  @BeforeAll
  static void build() throws IOException {
    graph = new Graph();
    Ops tf = Ops.create(graph);
    variables = new Variables(graph, 1);
    LoraConfig lora = new LoraConfig(2, 16, 0, TargetModules.QUERY_AND_VALUE);
    model =
        new LoraMer(
            graph,
            variables,
            Map.of(
                Modality.AUDIO, encoder("audio/wavlm-base"),
                Modality.TEXT, encoder("text/roberta")),
            new ModelSpec(Optional.of(lora), Computation.FLOAT32, HEAD, 4),
            ForwardPass.Mode.INFERENCE);
    labels = tf.placeholder(TInt32.class);
    shuffle = tf.placeholder(TInt32.class);
    losses = model.head().losses(tf, model.forward().outputs(), labels, Optional.of(shuffle));
    adam =
        new Adam(
            graph,
            variables,
            losses.total(),
            3e-4f,
            STEPS,
            OptionalDouble.empty(),
            Optional.empty());
    session = new Session(graph);
  }

  private static SavedModelFolder encoder(String name) throws IOException {
    Path target = folder.resolve(name);
    // The fixture's GroupNorm is transformers' own, which counts padding.
    EncoderConversion.convert(CHECKPOINTS.resolve(name), target, PaddingInNorm.COUNTED);
    return SavedModelFolder.open(target);
  }

  @AfterAll
  static void close() {
    session.close();
    graph.close();
  }

  @BeforeEach
  void startFromTheFixturesValues() throws IOException {
    model.restoreEncoders(session);
    variables.initialize(session); // Adam's moments and step
    Map<String, float[]> initial = fixture("init");
    Map<String, TFloat32> values = new LinkedHashMap<>();
    for (Variable<TFloat32> variable : variables.trainable()) {
      float[] value = initial.remove(variable.name());
      values.put(variable.name(), TFloat32.tensorOf(variable.shape(), DataBuffers.of(value)));
    }
    assertEquals(Map.of(), initial, "values for which the model has no variable");
    variables.assign(session, values);
    values.values().forEach(TFloat32::close);
  }

  @Test
  void lossesAndParametersOfTwentyStepsArePyTorchs() throws IOException {
    JsonNode golden = new ObjectMapper().readTree(FIXTURE.resolve("trajectory.json").toFile());
    for (int i = 0; i < STEPS; i++) {
      JsonNode expected = golden.get("log").get(i);
      float[] step = step(i);
      String where = "step " + i + " ";
      assertEquals(expected.get("loss").asDouble(), step[0], LOSSES, where + "loss");
      assertEquals(expected.get("ce").asDouble(), step[1], LOSSES, where + "cross-entropy");
      assertEquals(expected.get("mi").asDouble(), step[2], LOSSES, where + "information");
      assertEquals(expected.get("lr").asDouble(), step[3], 1e-9, where + "learning rate");
    }
    assertParameters("final", golden.get("unstable_elements_flat_index"));
  }

  /** Adam's first moment is (1 − β₁) g after a step that started from zeros. */
  @Test
  void gradientsAndParametersOfTheFirstStepArePyTorchs() throws IOException {
    JsonNode golden = new ObjectMapper().readTree(FIXTURE.resolve("trajectory.json").toFile());
    step(0);
    assertParameters("after_step1", golden.get("unstable_elements_flat_index"));
    Map<String, float[]> gradients = fixture("grad0");
    for (Variable<TFloat32> variable : variables.trainable()) {
      float[] gradient = value("train.m." + variable.name());
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= 10;
      }
      float[] expected = gradients.get(variable.name());
      float largest = 0;
      for (float element : expected) {
        largest = Math.max(largest, Math.abs(element));
      }
      // The README: 1e-5 of the largest for LoRA, 2e-6 for the head, whose largest is below 0.2.
      assertArrayEquals(expected, gradient, 1e-5f * largest + 1e-7f, variable.name());
    }
  }

  @Test
  @Tag("slow")
  void frozenVariablesKeepEveryBit() throws IOException {
    List<String> frozen = variables.all(Role.FROZEN).stream().map(Variable::name).toList();
    assertTrue(frozen.contains("audio.encoder.layers.0.attention.q_proj.weight"));
    assertTrue(frozen.contains("text.embeddings.word_embeddings.weight"));
    Map<String, float[]> before =
        frozen.stream().collect(Collectors.toMap(name -> name, name -> value(name)));
    step(0);
    step(1);
    for (String name : frozen) {
      assertArrayEquals(before.get(name), value(name), name);
    }
  }

  /** Returns total loss, cross-entropy, mutual information and learning rate. */
  private static float[] step(int number) throws IOException {
    try (Safetensors inputs = Safetensors.open(FIXTURE.resolve("inputs.safetensors"));
        TFloat32 waveforms = inputs.float32("input_values");
        TInt32 ids = ints(inputs, "input_ids");
        TInt32 classes = ints(inputs, "labels");
        TInt32 audioLengths = lengths(inputs, "audio_attention_mask");
        TInt32 textLengths = lengths(inputs, "text_attention_mask");
        TInt32 permutation = row(inputs, "perms", number)) {
      Session.Runner runner = session.runner();
      ForwardPass pass = model.forward();
      runner.feed(pass.inputs().get("input_values"), waveforms);
      runner.feed(pass.inputs().get("audio_lengths"), audioLengths);
      runner.feed(pass.inputs().get("input_ids"), ids);
      runner.feed(pass.inputs().get("text_lengths"), textLengths);
      runner.feed(labels, classes).feed(shuffle, permutation).addTarget(adam.step());
      runner.fetch(losses.total()).fetch(losses.crossEntropy());
      runner.fetch(losses.mutualInformation().orElseThrow()).fetch(adam.learningRate());
      try (Result result = runner.run()) {
        float[] fetched = new float[4];
        for (int i = 0; i < fetched.length; i++) {
          fetched[i] = ((TFloat32) result.get(i)).getFloat();
        }
        return fetched;
      }
    }
  }

  private static void assertParameters(String file, JsonNode unstable) throws IOException {
    Map<String, float[]> expected = fixture(file);
    Map<String, JsonNode> unstableByName = new LinkedHashMap<>();
    unstable.properties().forEach(e -> unstableByName.put(ourName(e.getKey()), e.getValue()));
    for (Variable<TFloat32> variable : variables.trainable()) {
      float[] value = value(variable.name());
      float[] golden = expected.get(variable.name());
      if (unstableByName.containsKey(variable.name())) {
        // Their first gradient is rounding noise, which Adam makes a whole step of.
        unstableByName.get(variable.name()).forEach(i -> value[i.asInt()] = golden[i.asInt()]);
      }
      assertArrayEquals(golden, value, PARAMETERS, file + " " + variable.name());
    }
  }

  private static float[] value(String name) {
    try (Variables.Values values = variables.values(session, List.of(name))) {
      return floats(values.byName().get(name));
    }
  }

  /** Reads the parameters in a file of the fixture, by our names. */
  private static Map<String, float[]> fixture(String name) throws IOException {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(FIXTURE.resolve(name + ".safetensors"))) {
      for (String key : file.names()) {
        try (TFloat32 tensor = file.float32(key)) {
          values.put(ourName(key), floats(tensor));
        }
      }
    }
    return values;
  }

  private static String ourName(String name) {
    return name.replaceFirst("^lora\\.base_model\\.model\\.", "audio.")
        .replaceFirst("^head\\.", "")
        .replaceFirst("^([wW]_f)$", "fusion.$1")
        .replaceFirst("pool\\.W\\.", "pooling.attention.")
        .replaceFirst("pool\\.v$", "pooling.score.weight")
        .replaceFirst("pool\\.k$", "pooling.score.bias")
        .replaceFirst("conv1\\.", "projection.0.")
        .replaceFirst("conv2\\.", "projection.1.")
        .replaceFirst("^mine\\.fc1\\.", "mine.0.")
        .replaceFirst("^mine\\.fc2\\.", "mine.1.")
        .replaceFirst("^fc1\\.", "classifier.0.")
        .replaceFirst("^fc2\\.", "classifier.1.");
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  private static TInt32 ints(Safetensors file, String name) throws IOException {
    int[] values = Arrays.stream(file.integers(name)).mapToInt(Math::toIntExact).toArray();
    return TInt32.tensorOf(file.shape(name), DataBuffers.of(values));
  }

  private static TInt32 row(Safetensors file, String name, int row) throws IOException {
    int columns = Math.toIntExact(file.shape(name).get(1));
    long[] values = file.integers(name);
    int[] chosen = new int[columns];
    Arrays.setAll(chosen, i -> (int) values[row * columns + i]);
    return TInt32.vectorOf(chosen);
  }

  /** Returns how many ones each row of a mask has. */
  private static TInt32 lengths(Safetensors file, String mask) throws IOException {
    Shape shape = file.shape(mask);
    long[] ones = file.integers(mask);
    int[] lengths = new int[Math.toIntExact(shape.get(0))];
    int columns = Math.toIntExact(shape.get(1));
    for (int i = 0; i < ones.length; i++) {
      lengths[i / columns] += (int) ones[i];
    }
    return TInt32.vectorOf(lengths);
  }
}
