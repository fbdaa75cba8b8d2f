package io.loramer.savedmodels;

import static io.loramer.savedmodels.Fixture.assertClose;
import static io.loramer.savedmodels.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.Variable.Role;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** LoRA on an imported encoder against PEFT: fixtures/lora/wavlm-base-qv. */
final class LoraTest {
  private static final String GOLDEN = "golden.safetensors";
  private static final Fixture BASE = Fixture.of("audio/wavlm-base");
  private static final Fixture PEFT = Fixture.of("lora/wavlm-base-qv");

  @TempDir private static Path shared;

  @BeforeAll
  static void convert() throws IOException {
    EncoderConversion.convert(BASE.folder(), shared.resolve("wavlm"), PaddingInNorm.COUNTED);
  }

  /** An encoder with LoRA, in a session, fed with the fixture's batch. */
  private static final class Adapted implements AutoCloseable {
    final Graph graph = new Graph();
    final Session session = new Session(graph);
    final Variables variables = new Variables(graph, 3);
    final ImportedEncoder encoder;
    final Operand<TFloat32> output;

    Adapted(Optional<LoraConfig> lora) throws IOException {
      SavedModelFolder model = SavedModelFolder.open(shared.resolve("wavlm"));
      encoder =
          ImportedEncoder.into(
              graph, variables, "audio", model, MetaGraph.SERVE, lora, Optional.empty());
      output = encoder.output("last_hidden_state", TFloat32.class);
      encoder.restore(session);
      variables.initialize(session);
    }

    Result run(List<? extends Operand<?>> fetches) throws IOException {
      try (TFloat32 input = BASE.float32(GOLDEN, "padded.input_values");
          TInt32 mask = BASE.int32(GOLDEN, "padded.attention_mask")) {
        Session.Runner runner =
            session
                .runner()
                .feed(encoder.input("input_values", TFloat32.class), input)
                .feed(encoder.input("attention_mask", TInt32.class), mask);
        fetches.forEach(runner::fetch);
        return runner.run();
      }
    }

    float[] output() throws IOException {
      try (Result result = run(List.of(output))) {
        return floats((TFloat32) result.get(0));
      }
    }

    void load(LoraAdapter adapter) {
      Map<String, TFloat32> named = new HashMap<>();
      adapter.matrices().forEach((name, matrix) -> named.put("audio." + name, matrix));
      variables.assign(session, named);
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }

  @Test
  void freshLoraChangesNoBitOfTheOutput() throws IOException {
    try (Adapted plain = new Adapted(Optional.empty());
        Adapted adapted = new Adapted(Optional.of(LoraConfig.defaults()))) {
      assertArrayEquals(plain.output(), adapted.output());
    }
  }

  @Test
  void adapterFromPeftGivesPeftsOutput() throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(PEFT.folder());
        Adapted adapted = new Adapted(Optional.of(adapter.config()));
        TFloat32 expected = PEFT.float32(GOLDEN, "last_hidden_state")) {
      adapted.load(adapter);
      assertClose("last_hidden_state", floats(expected), adapted.output(), 1e-4);
    }
  }

  @Test
  void gradientsOfLoraAreThoseOfPyTorch() throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(PEFT.folder());
        Adapted adapted = new Adapted(Optional.of(adapter.config()));
        TFloat32 random = PEFT.float32(GOLDEN, "random")) {
      adapted.load(adapter);
      Ops tf = Ops.create(adapted.graph);
      var product = tf.math.mul(adapted.output, tf.constant(random));
      var loss =
          tf.math.div(
              tf.reduceSum(product, tf.constant(new int[] {0, 1, 2})),
              tf.constant((float) random.size()));
      List<Variable<TFloat32>> trainable = adapted.variables.trainable();
      Output<?>[] values =
          trainable.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
      Output<?>[] gradients = adapted.graph.addGradients(loss.asOutput(), values);
      assertEquals(12, gradients.length); // A and B of q and v in three layers
      try (Result result = adapted.run(Arrays.asList(gradients))) {
        for (int i = 0; i < gradients.length; i++) {
          String name = trainable.get(i).name().substring("audio.".length());
          try (TFloat32 expected = PEFT.float32(GOLDEN, "grad.base_model.model." + name)) {
            // PyTorch's own float32 noise is half of this; the worst element here has 1.1e-5.
            double atol = 2e-5 * Fixture.largest(floats(expected));
            assertClose(name, expected, (TFloat32) result.get(i), atol);
          }
        }
      }
    }
  }

  @Test
  void mergedKernelsGiveTheSameOutput() throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(PEFT.folder());
        Adapted adapted = new Adapted(Optional.of(adapter.config()));
        Adapted plain = new Adapted(Optional.empty())) {
      List<LoraTarget> targets = adapted.encoder.targets();
      List<String> kernels = targets.stream().map(t -> "audio." + t.kernel()).toList();
      try (Variables.Values values = plain.variables.values(plain.session, kernels)) {
        for (LoraTarget target : targets) {
          String name = "audio." + target.kernel();
          try (TFloat32 merged = adapter.merge(target, values.byName().get(name));
              TFloat32 expected = PEFT.float32(GOLDEN, "merged." + target.kernel())) {
            assertClose(target.kernel(), expected, merged, 1e-6);
            plain.variables.assign(plain.session, Map.of(name, merged));
          }
        }
      }
      adapted.load(adapter);
      assertClose("last_hidden_state", adapted.output(), plain.output(), 1e-4);
    }
  }

  @Test
  void secondImportSharesTheVariablesOfTheFirst() throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(PEFT.folder());
        Adapted adapted = new Adapted(Optional.of(adapter.config()))) {
      ImportedEncoder again =
          adapted.encoder.again("evaluation/audio", MetaGraph.SERVE, Optional.empty());
      adapted.load(adapter);
      try (TFloat32 input = BASE.float32(GOLDEN, "padded.input_values");
          TInt32 mask = BASE.int32(GOLDEN, "padded.attention_mask");
          Result result =
              adapted
                  .session
                  .runner()
                  .feed(again.input("input_values", TFloat32.class), input)
                  .feed(again.input("attention_mask", TInt32.class), mask)
                  .fetch(again.output("last_hidden_state", TFloat32.class))
                  .run()) {
        assertArrayEquals(adapted.output(), floats((TFloat32) result.get(0)));
      }
    }
  }

  @Test
  void targetThatMatchesNothingIsRefusedWithWhatThereIs() {
    LoraConfig config = new LoraConfig(2, 16, 0, new TargetModules(List.of("q_proj", "query"), ""));
    var refused =
        assertThrows(IllegalArgumentException.class, () -> new Adapted(Optional.of(config)));
    String message = refused.getMessage();
    assertTrue(message.contains("query matches no linear map"), message);
    assertTrue(message.contains("encoder.layers.*.attention.q_proj"), message);
    assertFalse(message.contains("q_proj matches"), message);
  }

  @Test
  void regularExpressionChoosesLayersAndFeedForward() throws IOException {
    TargetModules targets = new TargetModules(List.of(), ".*layers\\.[02]\\..*_dense");
    try (Adapted adapted = new Adapted(Optional.of(new LoraConfig(3, 6, 0, targets)))) {
      assertEquals(
          List.of(
              "encoder.layers.0.feed_forward.intermediate_dense",
              "encoder.layers.0.feed_forward.output_dense",
              "encoder.layers.2.feed_forward.intermediate_dense",
              "encoder.layers.2.feed_forward.output_dense"),
          adapted.encoder.targets().stream().map(LoraTarget::module).toList());
    }
  }

  @Test
  void adapterIsReadBackAsItWasWritten(@TempDir Path folder) throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(PEFT.folder())) {
      LoraAdapter.write(folder, adapter.config(), adapter.matrices());
      try (LoraAdapter again = LoraAdapter.read(folder)) {
        assertEquals(adapter.config(), again.config());
        assertEquals(adapter.matrices(), again.matrices());
      }
    }
    assertArrayEquals(
        Files.readAllBytes(PEFT.folder().resolve("adapter_model.safetensors")),
        Files.readAllBytes(folder.resolve("adapter_model.safetensors")));
  }

  @Test
  void everyVariableOfTheGraphHasItsOwnResource() throws IOException {
    try (Adapted adapted = new Adapted(Optional.of(LoraConfig.defaults()))) {
      List<String> names =
          adapted.graph.toGraphDef().getNodeList().stream()
              .filter(node -> node.getOp().equals("VarHandleOp"))
              .map(GraphDefEditor::sharedName)
              .toList();
      assertEquals(names.size(), names.stream().distinct().count());
      assertEquals(names.size(), adapted.variables.all(Role.FROZEN, Role.TRAINABLE).size());
    }
  }
}
