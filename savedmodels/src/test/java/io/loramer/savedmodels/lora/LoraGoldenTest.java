package io.loramer.savedmodels.lora;

import static io.loramer.savedmodels.testing.Fixture.assertClose;
import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.MergedEncoder;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.savedmodels.testing.AdaptedEncoder;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.testing.TfFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

/**
 * LoRA on converted encoders against PEFT: fixtures/lora. The encoder of an adapter is the fixture
 * of the same name without its last part.
 */
@Tag("slow")
final class LoraGoldenTest {
  private static final String GOLDEN = "golden.safetensors";

  @TempDir private static Path shared;

  @BeforeAll
  static void convert() throws IOException {
    for (String encoder : List.of("wavlm-base", "wavlm-large", "hubert-base", "hubert-tiny")) {
      EncoderConversion.convert(
          Fixture.of("audio/" + encoder).folder(), shared.resolve(encoder), PaddingInNorm.COUNTED);
    }
  }

  /** An adapter's golden values and its encoder. */
  private record Peft(Fixture adapter, Fixture base, Path encoder) {
    static Peft of(String name) {
      String encoder = name.substring(0, name.lastIndexOf('-'));
      return new Peft(
          Fixture.of("lora/" + name), Fixture.of("audio/" + encoder), shared.resolve(encoder));
    }

    AdaptedEncoder adapted(LoraAdapter loaded) throws IOException {
      AdaptedEncoder adapted = new AdaptedEncoder(encoder, base, Optional.of(loaded.config()));
      adapted.encoder.assign(loaded, adapted.variables, adapted.session);
      return adapted;
    }

    float[] expected() throws IOException {
      try (TFloat32 expected = adapter.float32(GOLDEN, "last_hidden_state")) {
        return floats(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"wavlm-base-qv", "wavlm-large-qv", "hubert-base-qv", "hubert-tiny-patterns"})
  void adapterFromPeftGivesPeftsOutput(String name) throws IOException {
    Peft peft = Peft.of(name);
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder());
        AdaptedEncoder adapted = peft.adapted(adapter)) {
      assertClose("last_hidden_state", peft.expected(), adapted.output(), 1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"wavlm-base-qv", "wavlm-large-qv", "hubert-base-qv", "hubert-tiny-patterns"})
  void encoderWithTheAdapterMergedInGivesPeftsOutput(String name, @TempDir Path folder)
      throws IOException {
    Peft peft = Peft.of(name);
    Path merged = folder.resolve("merged");
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder())) {
      MergedEncoder.write(SavedModelFolder.open(peft.encoder), adapter, merged);
    }
    try (AdaptedEncoder encoder = new AdaptedEncoder(merged, peft.base, Optional.empty())) {
      assertClose("last_hidden_state", peft.expected(), encoder.output(), 1e-4);
    }
    assertEquals(
        -1,
        Files.mismatch(
            peft.encoder.resolve("assets/config.json"), merged.resolve("assets/config.json")));
  }

  @Test
  void encoderBehindALinkIsMergedWhole(@TempDir Path folder) throws IOException {
    Peft peft = Peft.of("hubert-tiny-patterns");
    Path link = Files.createSymbolicLink(folder.resolve("link"), peft.encoder);
    Path merged = folder.resolve("merged");
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder())) {
      MergedEncoder.write(SavedModelFolder.open(link), adapter, merged);
    }
    for (String file : List.of("saved_model.pb", "training_graph.pb", "assets/config.json")) {
      assertEquals(-1, Files.mismatch(peft.encoder.resolve(file), merged.resolve(file)), file);
    }
  }

  @Test
  void adapterFitsTheSavedModelOfTransformersToo(@TempDir Path folder) throws IOException {
    Peft peft = Peft.of("hubert-tiny-patterns");
    Path theirs = Files.createDirectories(folder.resolve("model/saved_model")).resolve("1");
    Files.move(TfFixture.savedModel("hubert", folder), theirs);
    Path config = folder.resolve("model/config.json");
    Files.copy(peft.base.folder().resolve("config.json"), config);
    Path merged = folder.resolve("merged");
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder());
        AdaptedEncoder adapted = new Peft(peft.adapter, peft.base, theirs).adapted(adapter)) {
      assertClose("last_hidden_state", peft.expected(), adapted.output(), 1e-4);
      MergedEncoder.write(SavedModelFolder.open(theirs), adapter, merged);
    }
    assertEquals(-1, Files.mismatch(config, merged.resolve("assets/config.json")));
    try (AdaptedEncoder encoder = new AdaptedEncoder(merged, peft.base, Optional.empty())) {
      assertClose("last_hidden_state", peft.expected(), encoder.output(), 1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wavlm-base-qv", "wavlm-large-qv", "hubert-base-qv"})
  void gradientsOfLoraAreThoseOfPyTorch(String name) throws IOException {
    Peft peft = Peft.of(name);
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder());
        AdaptedEncoder adapted = peft.adapted(adapter);
        TFloat32 random = peft.adapter.float32(GOLDEN, "random")) {
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
      assertEquals(adapter.matrices().size(), gradients.length);
      try (Result result = adapted.run(Arrays.asList(gradients))) {
        for (int i = 0; i < gradients.length; i++) {
          String matrix = trainable.get(i).name().substring(AdaptedEncoder.PREFIX.length());
          try (TFloat32 expected =
              peft.adapter.float32(GOLDEN, "grad.base_model.model." + matrix)) {
            // The largest difference depends on the processor: 1.1e-5 on a Xeon, 2.4e-5 on an EPYC.
            double atol = 5e-5 * Fixture.largest(floats(expected));
            assertClose(matrix, expected, (TFloat32) result.get(i), atol);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wavlm-base-qv", "wavlm-large-qv", "hubert-base-qv"})
  void mergedKernelsAreThoseOfPyTorch(String name) throws IOException {
    Peft peft = Peft.of(name);
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder());
        AdaptedEncoder plain = new AdaptedEncoder(peft.encoder, peft.base, Optional.empty())) {
      List<LoraTarget> targets =
          adapter.targetsAmong(
              EncoderSavedModel.of(SavedModelFolder.open(peft.encoder)).linearMaps());
      plain.encoder.merge(adapter, plain.variables, plain.session);
      List<String> kernels = targets.stream().map(t -> AdaptedEncoder.PREFIX + t.kernel()).toList();
      assertEquals(adapter.matrices().size() / 2, kernels.size());
      try (Variables.Values values = plain.variables.values(plain.session, kernels)) {
        for (int i = 0; i < kernels.size(); i++) {
          String kernel = targets.get(i).kernel();
          try (TFloat32 expected = peft.adapter.float32(GOLDEN, "merged." + kernel)) {
            assertClose(kernel, expected, values.byName().get(kernels.get(i)), 1e-6);
          }
        }
      }
    }
  }

  /** Rounded before and after, a value could be twice as far away. */
  @ParameterizedTest
  @ValueSource(strings = {"wavlm-base-qv", "hubert-base-qv"})
  void mergedKernelsInHalfPrecisionAreRoundedOnce(String name) throws IOException {
    Peft peft = Peft.of(name);
    try (LoraAdapter adapter = LoraAdapter.read(peft.adapter.folder());
        AdaptedEncoder plain =
            new AdaptedEncoder(peft.encoder, peft.base, Optional.empty(), Precision.BFLOAT16)) {
      Ops tf = Ops.create(plain.graph);
      plain.encoder.merge(adapter, plain.variables, plain.session);
      for (LoraTarget target :
          adapter.targetsAmong(
              EncoderSavedModel.of(SavedModelFolder.open(peft.encoder)).linearMaps())) {
        Variable<?> kernel =
            plain.variables.all(Variable.Role.FROZEN).stream()
                .filter(v -> v.name().equals(AdaptedEncoder.PREFIX + target.kernel()))
                .findAny()
                .orElseThrow();
        assertEquals(TBfloat16.class, kernel.type());
        var value = tf.dtypes.cast(kernel.value(), TFloat32.class);
        try (Result result = plain.session.runner().fetch(value).run();
            TFloat32 expected = peft.adapter.float32(GOLDEN, "merged." + target.kernel())) {
          float[] exact = floats(expected);
          float[] found = floats((TFloat32) result.get(0));
          for (int i = 0; i < exact.length; i++) {
            assertEquals(exact[i], found[i], Math.abs(exact[i]) * 0x1p-8 + 1e-6, kernel.name());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"wavlm-base-qv", "wavlm-large-qv", "hubert-base-qv"})
  void adapterFromPeftIsWrittenAndReadBackBitEqual(String name, @TempDir Path folder)
      throws IOException {
    Fixture peft = Fixture.of("lora/" + name);
    try (LoraAdapter adapter = LoraAdapter.read(peft.folder())) {
      adapter.write(folder, adapter.baseModel());
      try (LoraAdapter again = LoraAdapter.read(folder)) {
        assertEquals(adapter.config(), again.config());
        assertEquals(adapter.baseModel(), again.baseModel());
        assertEquals(adapter.matrices(), again.matrices());
      }
    }
    assertArrayEquals(
        Files.readAllBytes(peft.folder().resolve("adapter_model.safetensors")),
        Files.readAllBytes(folder.resolve("adapter_model.safetensors")));
  }

  @Test
  void adapterOfAModelWithAHeadIsBroughtToTheNamesOfTheBareEncoder(@TempDir Path folder)
      throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(Fixture.of("lora/hubert-tiny-patterns").folder())) {
      LoraConfig config = adapter.config();
      assertEquals(10, adapter.modules().size());
      assertEquals(1, config.rank("encoder.layers.0.attention.q_proj"));
      assertEquals(2, config.rank("encoder.layers.1.attention.q_proj"));
      assertEquals(3, config.rank("encoder.layers.1.feed_forward.intermediate_dense"));
      assertEquals(16, config.scaling("encoder.layers.0.attention.q_proj"));
      assertEquals(
          (float) (5 / Math.sqrt(2)), config.scaling("encoder.layers.1.feed_forward.output_dense"));
      assertFalse(config.targetModules().matches("encoder.layers.0.attention.k_proj"));

      adapter.write(folder, Optional.empty());
      try (LoraAdapter again = LoraAdapter.read(folder)) {
        assertEquals(config, again.config());
        assertEquals(adapter.matrices(), again.matrices());
      }
    }
  }
}
