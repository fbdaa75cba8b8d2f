package io.loramer.savedmodels.imports;

import static io.loramer.savedmodels.testing.Fixture.assertClose;
import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.rewrite.FixedSizes;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.testing.TfFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * SavedModels that {@code save_pretrained(saved_model=True)} of transformers 4.57.6 wrote
 * (gen_tf.py, tensorflow 2.21), and the conversion of the PyTorch checkpoints whose weights they
 * have.
 */
final class HuggingFaceSavedModelTest {
  private static final String GOLDEN = "golden.safetensors";

  @TempDir private static Path shared;

  /** An encoder in a session. */
  private static final class Encoder implements AutoCloseable {
    final Graph graph = new Graph();
    final Session session = new Session(graph);
    final Variables variables = new Variables(graph, 7);
    final ImportedEncoder imported;

    Encoder(Path savedModel, Optional<LoraConfig> lora) throws IOException {
      SavedModelFolder model = SavedModelFolder.open(savedModel);
      imported =
          ImportedEncoder.into(
              graph,
              variables,
              "encoder",
              EncoderSavedModel.of(model),
              MetaGraph.SERVE,
              lora,
              Optional.empty(),
              Computation.FLOAT32);
      imported.restore(session);
      variables.initialize(session);
    }

    /** Feeds a case of the source's golden values, without a mask where it has none. */
    Result run(Fixture source, String test, List<? extends Operand<?>> fetches) throws IOException {
      boolean speech = Files.exists(source.folder().resolve("preprocessor_config.json"));
      Session.Runner runner = session.runner();
      fetches.forEach(runner::fetch);
      if (speech) {
        try (TFloat32 waveform = source.float32(GOLDEN, test + ".input_values");
            TInt32 mask = mask(source, test, waveform.shape())) {
          runner.feed(imported.input("input_values", TFloat32.class), waveform);
          return runner.feed(imported.input("attention_mask", TInt32.class), mask).run();
        }
      }
      try (TInt32 ids = source.int32(GOLDEN, test + ".input_ids");
          TInt32 mask = mask(source, test, ids.shape())) {
        runner.feed(imported.input("input_ids", TInt32.class), ids);
        return runner.feed(imported.input("attention_mask", TInt32.class), mask).run();
      }
    }

    /** Gives A and B values that depend on their names only. */
    void drawLora() {
      Map<String, TFloat32> values = new TreeMap<>();
      for (Variable<TFloat32> variable : variables.trainable()) {
        Random random = new Random(variable.name().hashCode());
        values.put(
            variable.name(),
            TFloat32.tensorOf(
                variable.shape(),
                tensor ->
                    tensor
                        .scalars()
                        .forEach(value -> value.setFloat((float) random.nextGaussian() / 8))));
      }
      variables.assign(session, values);
      values.values().forEach(TFloat32::close);
    }

    /** Returns the gradients of LoRA by name, and the output under its own name. */
    Map<String, float[]> gradients(Fixture source, String test, String output) throws IOException {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> states = imported.output(output, TFloat32.class);
      var weights = tf.math.sin(tf.math.add(states, tf.constant(0.5f)));
      var loss = tf.reduceSum(weights, tf.constant(new int[] {0, 1, 2}));
      List<Variable<TFloat32>> trainable = variables.trainable();
      Output<?>[] values =
          trainable.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
      List<Output<?>> fetched =
          new ArrayList<>(Arrays.asList(graph.addGradients(loss.asOutput(), values)));
      fetched.add(states.asOutput());
      Map<String, float[]> gradients = new TreeMap<>();
      try (Result result = run(source, test, fetched)) {
        for (int i = 0; i < trainable.size(); i++) {
          gradients.put(trainable.get(i).name(), floats((TFloat32) result.get(i)));
        }
        gradients.put(output, floats((TFloat32) result.get(trainable.size())));
      }
      return gradients;
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }

  private static TInt32 mask(Fixture source, String test, Shape shape) throws IOException {
    if (test.equals("padded")) {
      return source.int32(GOLDEN, "padded.attention_mask");
    }
    return ones(shape);
  }

  private static TInt32 ones(Shape shape) {
    return TInt32.tensorOf(shape, ones -> ones.scalars().forEach(one -> one.setInt(1)));
  }

  @Test
  void noStateIsKnownBeforeLoraWhereOnlyTheLastHiddenStateIsGiven() throws IOException {
    EncoderSavedModel model =
        EncoderSavedModel.of(SavedModelFolder.open(TfFixture.savedModel("wav2vec2", shared)));
    assertEquals(
        new EncoderStates(1, 48, OptionalInt.of(0)), EncoderStates.of(model, Optional.empty()));
    assertEquals(
        new EncoderStates(1, 48, OptionalInt.empty()),
        EncoderStates.of(model, Optional.of(LoraConfig.defaults())));
  }

  /** Of the inputs, token_type_ids alone has a default. */
  @ParameterizedTest
  @CsvSource({"roberta,text/roberta", "bert,text/bert"})
  void outputIsThereThoughNothingIsConnectedToTheTokenTypes(String name, String source)
      throws IOException {
    EncoderInput stage =
        tf -> {
          var ids = tf.withName("ids").placeholder(TInt32.class);
          var mask = tf.withName("mask").placeholder(TInt32.class);
          return Map.of("input_ids", tf.identity(ids), "attention_mask", tf.identity(mask));
        };
    Fixture checkpoint = Fixture.of(source);
    EncoderSavedModel model = EncoderSavedModel.of(SavedModelFolder.open(savedModel(name)));
    try (Encoder whole = new Encoder(savedModel(name), Optional.empty());
        Graph graph = new Graph();
        Session session = new Session(graph);
        TInt32 ids = checkpoint.int32(GOLDEN, "padded.input_ids");
        TInt32 mask = checkpoint.int32(GOLDEN, "padded.attention_mask")) {
      Variables variables = new Variables(graph, 7);
      ImportedEncoder staged =
          ImportedEncoder.upTo(graph, variables, "text", model, List.of(0), stage);
      staged.restore(session);
      List<Operand<?>> expected =
          List.of(whole.imported.output("last_hidden_state", TFloat32.class));
      try (Result output = whole.run(checkpoint, "padded", expected);
          Result state =
              session
                  .runner()
                  .feed(staged.stageInputs().get("ids"), ids)
                  .feed(staged.stageInputs().get("mask"), mask)
                  .fetch(staged.state(0))
                  .run()) {
        assertClose(name, (TFloat32) output.get(0), (TFloat32) state.get(0), 1e-5);
      }
    }
  }

  @Test
  void folderOfTheModelOpensTheSavedModelInIt(@TempDir Path model) throws IOException {
    Path version = Files.createDirectories(model.resolve("saved_model/1"));
    Files.copy(savedModel("hubert").resolve("saved_model.pb"), version.resolve("saved_model.pb"));
    assertEquals(version, SavedModelFolder.open(model).path());
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "hubert,audio/hubert-tiny,padded,last_hidden_state",
    "hubert,audio/hubert-tiny,default,last_hidden_state",
    "wav2vec2,audio/wav2vec2-base,padded,last_hidden_state",
    "wav2vec2,audio/wav2vec2-base,single,last_hidden_state",
    "wav2vec2,audio/wav2vec2-base,default,last_hidden_state",
    "wav2vec2-ctc,audio/wav2vec2-ctc,padded,logits",
    "wav2vec2-ctc,audio/wav2vec2-ctc,single,logits",
    "wav2vec2-ctc,audio/wav2vec2-ctc,default,logits",
    "roberta,text/roberta,padded,last_hidden_state",
    "roberta,text/roberta,padded,pooler_output",
    "roberta,text/roberta,single,last_hidden_state",
  })
  void givesWhatItGivesInPython(String name, String source, String test, String output)
      throws IOException {
    try (Encoder encoder = new Encoder(savedModel(name), Optional.empty());
        TFloat32 golden = Fixture.of("tf/" + name).float32(GOLDEN, test + ".out." + output);
        Result result =
            encoder.run(
                Fixture.of(source),
                test,
                List.of(encoder.imported.output(output, TFloat32.class)))) {
      assertClose(name, golden, (TFloat32) result.get(0), 1e-5);
    }
  }

  @Test
  void bertTellsTheTextsOfAPairApart() throws IOException {
    Fixture source = Fixture.of("text/bert");
    try (Encoder encoder = new Encoder(savedModel("bert"), Optional.empty());
        TInt32 ids = source.int32(GOLDEN, "padded.input_ids");
        TInt32 types = source.int32(GOLDEN, "padded.token_type_ids");
        TInt32 mask = source.int32(GOLDEN, "padded.attention_mask");
        TFloat32 golden = Fixture.of("tf/bert").float32(GOLDEN, "padded.out.last_hidden_state");
        Result result =
            encoder
                .session
                .runner()
                .feed(encoder.imported.input("input_ids", TInt32.class), ids)
                .feed(encoder.imported.input("token_type_ids", TInt32.class), types)
                .feed(encoder.imported.input("attention_mask", TInt32.class), mask)
                .fetch(encoder.imported.output("last_hidden_state", TFloat32.class))
                .run()) {
      assertClose("bert", golden, (TFloat32) result.get(0), 1e-5);
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "hubert,audio/hubert-tiny,last_hidden_state,q_proj v_proj",
    "wav2vec2,audio/wav2vec2-base,last_hidden_state,q_proj v_proj output_dense",
    "wav2vec2-ctc,audio/wav2vec2-ctc,logits,q_proj v_proj output_dense",
    "roberta,text/roberta,last_hidden_state,query value intermediate.dense",
    "bert,text/bert,last_hidden_state,query value",
  })
  void loraGetsTheGradientsThatItGetsInOurConversionOfTheSameWeights(
      String name, String source, String output, String targets, @TempDir Path folder)
      throws IOException {
    Fixture checkpoint = Fixture.of(source);
    Path converted = folder.resolve("converted");
    EncoderConversion.convert(checkpoint.folder(), converted, PaddingInNorm.COUNTED);
    TargetModules modules = new TargetModules(List.of(targets.split(" ")), "");
    Optional<LoraConfig> lora = Optional.of(new LoraConfig(3, 4, 0, modules));
    try (Encoder theirs = new Encoder(savedModel(name), lora);
        Encoder ours = new Encoder(converted, lora)) {
      theirs.drawLora();
      ours.drawLora();
      Map<String, float[]> expected = ours.gradients(checkpoint, "padded", output);
      Map<String, float[]> actual = theirs.gradients(checkpoint, "padded", output);
      assertEquals(expected.keySet(), actual.keySet());
      expected.forEach(
          (key, values) ->
              // Outputs and gradients differ by float32's rounding only: 2e-5 of the largest.
              assertClose(key, values, actual.get(key), 1e-4 * Fixture.largest(values)));
    }
  }

  @Test
  void modulesHaveTheNamesOfPyTorchsEncoder() throws IOException {
    TargetModules all = new TargetModules(List.of(), ".*");
    Optional<LoraConfig> lora = Optional.of(new LoraConfig(1, 1, 0, all));
    try (Encoder hubert = new Encoder(savedModel("hubert"), lora);
        Encoder roberta = new Encoder(savedModel("roberta"), lora);
        Encoder ctc = new Encoder(savedModel("wav2vec2-ctc"), lora)) {
      List<String> inHubert = modules(hubert);
      assertEquals("feature_projection.projection", inHubert.get(0));
      assertTrue(inHubert.contains("encoder.layers.1.feed_forward.intermediate_dense"));
      assertEquals(1 + 2 * 6, inHubert.size());
      assertTrue(modules(roberta).contains("encoder.layer.1.attention.output.dense"));
      assertTrue(modules(ctc).contains("lm_head"));
      LoraTarget feedForward = target(hubert, "encoder.layers.0.feed_forward.output_dense");
      assertEquals(List.of(64L, 32L), List.of(feedForward.in(), feedForward.out()));
      assertFalse(feedForward.transposed());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "hubert,audio/hubert-tiny",
    "wav2vec2,audio/wav2vec2-base",
    "wav2vec2-ctc,audio/wav2vec2-ctc"
  })
  void frameMaskIsThatOfPyTorchThoughTheSavedModelGivesNone(String name, String source)
      throws IOException {
    Fixture checkpoint = Fixture.of(source);
    try (Encoder encoder = new Encoder(savedModel(name), Optional.empty());
        TInt32 golden = checkpoint.int32(GOLDEN, "padded.frame_mask");
        Result result =
            encoder.run(
                checkpoint,
                "padded",
                List.of(encoder.imported.output("frame_mask", TInt32.class)))) {
      assertEquals(golden, result.get(0));
    }
  }

  @Test
  void fixedSizesAreToldAndOtherBatchesRefused() throws IOException {
    FixedSizes sizes =
        EncoderSavedModel.of(SavedModelFolder.open(savedModel("hubert"))).fixedSizes();
    assertEquals(new FixedSizes(OptionalLong.empty(), OptionalLong.of(16_000)), sizes);
    sizes.check(5, 16_000);
    var refused = assertThrows(IllegalArgumentException.class, () -> sizes.check(5, 12_345));
    assertTrue(refused.getMessage().contains("[any, 16000], found [5, 12345]"));
    assertEquals(
        new FixedSizes(OptionalLong.empty(), OptionalLong.empty()),
        EncoderSavedModel.of(SavedModelFolder.open(savedModel("wav2vec2"))).fixedSizes());
  }

  @Test
  void clipOfAnotherLengthThanTheGraphWasMadeForIsNotComputed() throws IOException {
    // 400 samples give one frame, which TensorFlow would repeat to the graph's 49.
    try (Encoder hubert = new Encoder(savedModel("hubert"), Optional.empty());
        TFloat32 waveform = TFloat32.tensorOf(Shape.of(2, 400), HuggingFaceSavedModelTest::zero);
        TInt32 mask = ones(waveform.shape())) {
      Session.Runner runner =
          hubert
              .session
              .runner()
              .feed(hubert.imported.input("input_values", TFloat32.class), waveform)
              .feed(hubert.imported.input("attention_mask", TInt32.class), mask)
              .fetch(hubert.imported.output("last_hidden_state", TFloat32.class));
      var refused = assertThrows(IllegalArgumentException.class, runner::run);
      assertTrue(refused.getMessage().contains("not compatible with expected shape [?,16000]"));
    }
  }

  @Test
  void filesOfTheModelAreFoundWhereHuggingFaceLeavesThem(@TempDir Path model) throws IOException {
    Path version = Files.createDirectories(model.resolve("saved_model/1"));
    Files.copy(savedModel("hubert").resolve("saved_model.pb"), version.resolve("saved_model.pb"));
    Path config = Fixture.of("audio/hubert-tiny").folder().resolve("config.json");
    Files.copy(config, model.resolve("config.json"));
    SavedModelFolder folder = SavedModelFolder.open(version);
    assertEquals(model.resolve("config.json"), folder.asset("config.json"));
    assertEquals(((8 - 1) * 8 + 8 - 1) * 5 + 10, SpeechInput.of(folder).minimumSamples());
  }

  @Test
  void twoImportsIntoOneGraphShareNoVariable() throws IOException {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Variables variables = new Variables(graph, 7);
      SavedModelFolder model = SavedModelFolder.open(savedModel("roberta"));
      for (String scope : List.of("first", "second")) {
        ImportedEncoder.into(
                graph,
                variables,
                scope,
                EncoderSavedModel.of(model),
                MetaGraph.SERVE,
                Optional.empty(),
                Optional.empty(),
                Computation.FLOAT32)
            .restore(session);
      }
      String kernel = "tf_roberta_model/roberta/encoder/layer_._0/attention/self/key/kernel";
      try (TFloat32 zeros = TFloat32.tensorOf(Shape.of(48, 48), HuggingFaceSavedModelTest::zero)) {
        variables.assign(session, Map.of("first." + kernel, zeros));
      }
      List<String> names = List.of("first." + kernel, "second." + kernel);
      try (Variables.Values values = variables.values(session, names)) {
        assertEquals(0, Fixture.largest(floats(values.byName().get(names.get(0)))));
        assertTrue(Fixture.largest(floats(values.byName().get(names.get(1)))) > 0);
      }
      assertEquals(2 * 39, variables.all(Role.FROZEN).size());
    }
  }

  @Test
  void nothingOfFunctionsSaversOrAssertionsIsLeftInTheGraph() throws IOException {
    try (Encoder encoder = new Encoder(savedModel("hubert"), Optional.empty())) {
      Set<String> ops = new TreeSet<>();
      GraphDef graph = encoder.graph.toGraphDef();
      graph.getNodeList().forEach(node -> ops.add(node.getOp()));
      assertEquals(0, graph.getLibrary().getFunctionCount());
      assertFalse(ops.contains("StatefulPartitionedCall"));
      assertFalse(ops.contains("Assert"));
      assertFalse(ops.contains("Erfc"));
      assertFalse(ops.contains("SaveV2"));
      assertTrue(ops.contains("RestoreV2"));
    }
  }

  private static void zero(TFloat32 tensor) {
    tensor.scalars().forEach(element -> element.setFloat(0));
  }

  private static List<String> modules(Encoder encoder) {
    return encoder.imported.targets().stream().map(LoraTarget::module).toList();
  }

  private static LoraTarget target(Encoder encoder, String module) {
    return encoder.imported.targets().stream()
        .filter(target -> target.module().equals(module))
        .findFirst()
        .orElseThrow();
  }

  private static Path savedModel(String name) throws IOException {
    return TfFixture.savedModel(name, shared);
  }
}
