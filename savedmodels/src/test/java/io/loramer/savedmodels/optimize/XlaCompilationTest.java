package io.loramer.savedmodels.optimize;

import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.TargetModules;
import io.loramer.savedmodels.rewrite.FunctionInlining;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

@Tag("slow")
class XlaCompilationTest {
  private static final String GOLDEN = "golden.safetensors";
  private static final String REFERENCE = "reference";

  @TempDir private Path folder;

  /** Of the families: with a gated position bias, normed after and before; without one. */
  @ParameterizedTest
  @CsvSource({
    "wavlm-base, q_v, FLOAT32, 2e-5",
    "wavlm-base, all, FLOAT32, 2e-5",
    "wavlm-large, all, FLOAT32, 2e-5",
    "hubert-base, all, FLOAT32, 2e-5",
    "wavlm-base, q_v, BFLOAT16, 1e-1",
    "wavlm-large, q_v, FLOAT16, 2e-2",
    "hubert-base, q_v, BFLOAT16, 1e-1"
  })
  void outputAndGradientsAreThoseOfTensorFlowsOps(
      String name, String targets, Precision precision, float tolerance) throws IOException {
    try (Trained trained = new Trained(Fixture.of("audio/" + name), lora(targets), precision)) {
      GraphDef fused = trained.graph.toGraphDef();
      trained.graph.importGraphDef(withoutFusion(fused), REFERENCE);
      List<float[]> expected = trained.lossAndGradients(REFERENCE + "/");
      List<float[]> found = trained.lossAndGradients("");

      for (int i = 0; i < expected.size(); i++) {
        float largest = largest(expected.get(i));
        assertTrue(largest > 0, "tensor " + i);
        assertArrayEquals(expected.get(i), found.get(i), largest * tolerance, "tensor " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wavlm-base", "wavlm-large", "hubert-base"})
  void whereNothingIsDroppedTheStatesAreThoseOfTheServeGraph(String name) throws IOException {
    try (Trained trained =
        new Trained(Fixture.of("audio/" + name), lora("all"), Precision.FLOAT32)) {
      ImportedEncoder serving =
          trained.encoder.again("serving/audio", MetaGraph.SERVE, Optional.empty());
      float[] expected = trained.states(serving);
      float[] found = trained.states(trained.encoder);
      assertArrayEquals(expected, found, largest(expected) * 2e-5f);
    }
  }

  @ParameterizedTest
  @CsvSource({"wavlm-base, 3, 3", "wavlm-large, 3, 3", "hubert-base, 2, 0"})
  void everyPartOfEveryLayerIsFused(String name, int layers, int gates) throws IOException {
    try (Trained trained =
        new Trained(Fixture.of("audio/" + name), lora("q_v"), Precision.FLOAT32)) {
      Map<String, Integer> calls = new TreeMap<>();
      for (NodeDef node : trained.graph.toGraphDef().getNodeList()) {
        boolean isOfLayer = node.getName().contains("/layers.");
        if (isOfLayer && node.getOp().equals("PartitionedCall")) {
          String function = node.getAttrOrThrow("f").getFunc().getName();
          calls.merge(function.replaceFirst("_float.*", ""), 1, Integer::sum);
        }
      }
      Map<String, Integer> expected = new TreeMap<>();
      expected.put("fused_gelu", layers);
      expected.put("fused_layer_norm", 2 * layers);
      expected.put("fused_dropout", 5 * layers); // attention's, two of states, q's and v's
      if (gates > 0) {
        expected.put("fused_scores", gates);
      }
      assertEquals(expected, calls);
    }
  }

  @Test
  void dropoutKeepsWhatItsRateSaysAndOthersForAnotherKey() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var definition =
          CompiledFunction.DROPOUT.definition(
              List.of(DataType.DT_FLOAT, DataType.DT_INT64, DataType.DT_INT32), DataType.DT_FLOAT);
      var library = FunctionDefLibrary.newBuilder().addFunction(definition);
      graph.importGraphDef(GraphDef.newBuilder().setLibrary(library).build());
      var x = tf.placeholder(TFloat32.class);
      var key = tf.placeholder(TInt64.class);
      var dropped =
          CompiledFunction.DROPOUT.call(
              tf, TFloat32.class, x, key, tf.constant(19661)); // 0.3 of 65536
      try (Session session = new Session(graph)) {
        float[] first = dropped(session, x, key, dropped, new long[] {1, 2});
        assertArrayEquals(first, dropped(session, x, key, dropped, new long[] {1, 2}));
        List<long[]> others =
            List.of(new long[] {2, 2}, new long[] {1, 3}, new long[] {1L << 32 | 1, 2});
        for (long[] other : others) {
          float[] second = dropped(session, x, key, dropped, other);
          int both = 0;
          for (int i = 0; i < first.length; i++) {
            both += first[i] != 0 && second[i] != 0 ? 1 : 0;
          }
          assertEquals(0.7 * 0.7, both / (double) first.length, 0.006); // independent
        }
        int kept = 0;
        for (float value : first) {
          assertTrue(value == 0 || Math.abs(value - 1 / 0.7) < 1e-4, () -> "" + value);
          kept += value != 0 ? 1 : 0;
        }
        assertEquals(0.7, kept / (double) first.length, 0.006); // four standard deviations
      }
    }
  }

  private static float[] dropped(
      Session session,
      Operand<TFloat32> x,
      Operand<TInt64> key,
      Operand<TFloat32> dropped,
      long[] words) {
    try (TFloat32 ones = TFloat32.tensorOf(Shape.of(7, 41, 347));
        TInt64 fed = TInt64.vectorOf(words)) {
      ones.scalars().forEach(scalar -> scalar.setFloat(1));
      try (Result result = session.runner().feed(x, ones).feed(key, fed).fetch(dropped).run()) {
        assertEquals(ones.shape(), result.get(0).shape());
        return floats((TFloat32) result.get(0));
      }
    }
  }

  private static LoraConfig lora(String targets) {
    TargetModules modules =
        targets.equals("all")
            ? new TargetModules(List.of(), "all-linear")
            : TargetModules.QUERY_AND_VALUE;
    return new LoraConfig(2, 16, 0.2f, modules);
  }

  /** The same graph of ops with their own gradients: calls inlined, no value with another one. */
  private static GraphDef withoutFusion(GraphDef fused) {
    GraphDefEditor editor = new GraphDefEditor(fused.toBuilder().clearLibrary().build());
    Map<String, String> values = new LinkedHashMap<>();
    for (NodeDef.Builder node : editor.nodes()) {
      if (node.getOp().equals("IdentityN")) {
        String stopped = editor.producer(node.getInput(0)).getInput(0);
        values.put(node.getName() + ":0", GraphDefEditor.withPlace(stopped));
      }
    }
    assertFalse(values.isEmpty());
    editor.redirect(values);
    FunctionInlining.inline(editor, fused.getLibrary());
    return editor.toGraphDef();
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** A fused encoder with random LoRA, and a loss of what it gives. */
  private final class Trained implements AutoCloseable {
    final Graph graph = new Graph();
    private final Session session = new Session(graph);
    private final Variables variables = new Variables(graph, 3);
    private final ImportedEncoder encoder;
    private final Fixture fixture;

    Trained(Fixture fixture, LoraConfig lora, Precision precision) throws IOException {
      this.fixture = fixture;
      Path converted = folder.resolve("encoder");
      if (!Files.exists(converted)) {
        EncoderConversion.convert(fixture.folder(), converted, PaddingInNorm.COUNTED);
      }
      encoder =
          ImportedEncoder.into(
              graph,
              variables,
              "audio",
              EncoderSavedModel.of(SavedModelFolder.open(converted)),
              MetaGraph.TRAIN,
              Optional.of(lora),
              Optional.empty(),
              new Computation(precision, true));
      Ops tf = Ops.create(graph);
      var states = encoder.output("last_hidden_state", TFloat32.class);
      tf.withName("loss").math.mean(tf.math.exp(states), tf.constant(new int[] {0, 1, 2}));
      encoder.restore(session);
      variables.initialize(session);
      assignLora();
    }

    /** B is zero at first, and then A has no gradient. */
    private void assignLora() {
      Random random = new Random(5);
      Map<String, TFloat32> values = new HashMap<>();
      for (Variable<TFloat32> variable : variables.trainable()) {
        TFloat32 value = TFloat32.tensorOf(variable.shape());
        value.scalars().forEach(scalar -> scalar.setFloat((float) random.nextGaussian() / 20));
        values.put(variable.name(), value);
      }
      variables.assign(session, values);
      values.values().forEach(TFloat32::close);
    }

    List<float[]> lossAndGradients(String prefix) throws IOException {
      List<Output<?>> values = new ArrayList<>();
      for (Variable<TFloat32> variable : variables.trainable()) {
        values.add(graph.outputOrThrow(prefix + variable.value().asOutput().op().name() + ":0"));
      }
      Output<?> loss = graph.outputOrThrow(prefix + "loss:0");
      Output<?>[] gradients =
          graph.addGradients(
              prefix + "gradients", new Output<?>[] {loss}, values.toArray(Output<?>[]::new), null);
      try (TFloat32 input = fixture.float32(GOLDEN, "padded.input_values");
          TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
          TInt64 seed = TInt64.scalarOf(-7_000_000_011L)) {
        Session.Runner runner =
            session
                .runner()
                .feed(fed(prefix, "input_values", TFloat32.class), input)
                .feed(fed(prefix, "attention_mask", TInt32.class), mask)
                .feed(prefix + "audio/" + Dropout.SEED, seed)
                .fetch(loss);
        Arrays.asList(gradients).forEach(runner::fetch);
        try (Result result = runner.run()) {
          List<float[]> all = new ArrayList<>();
          result.forEach(entry -> all.add(floats((TFloat32) entry.getValue())));
          return all;
        }
      }
    }

    /** Returns what an import gives where every dropout is told to drop nothing. */
    float[] states(ImportedEncoder of) throws IOException {
      try (TFloat32 input = fixture.float32(GOLDEN, "padded.input_values");
          TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
          TInt64 seed = TInt64.scalarOf(1);
          TInt32 none = TInt32.scalarOf(0)) {
        Session.Runner runner =
            session
                .runner()
                .feed(of.input("input_values", TFloat32.class), input)
                .feed(of.input("attention_mask", TInt32.class), mask)
                .feed("audio/" + Dropout.SEED, seed)
                .fetch(of.output("last_hidden_state", TFloat32.class));
        graph.toGraphDef().getNodeList().stream()
            .filter(node -> node.getOp().equals("PartitionedCall"))
            .filter(node -> node.getAttrOrThrow("f").getFunc().getName().contains("_int32_"))
            .map(node -> node.getInput(node.getInputCount() - 1))
            .distinct()
            .forEach(dropped -> runner.feed(dropped, none));
        try (Result result = runner.run()) {
          return floats((TFloat32) result.get(0));
        }
      }
    }

    private <T extends TType> String fed(String prefix, String input, Class<T> type) {
      return prefix + encoder.input(input, type).asOutput().op().name();
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
