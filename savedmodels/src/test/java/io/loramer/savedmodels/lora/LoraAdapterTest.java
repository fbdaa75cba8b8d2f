package io.loramer.savedmodels.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** What is read of other people's adapters, and what is not: variations of one that PEFT wrote. */
final class LoraAdapterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PEFT = Fixture.of("lora/wavlm-base-qv").folder();
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String LAYER_0 = "encoder.layers.0.attention.";

  @TempDir private Path folder;
  private ObjectNode config;
  private final Map<String, TFloat32> tensors = new LinkedHashMap<>();

  @BeforeEach
  void readFixture() throws IOException {
    config = (ObjectNode) JSON.readTree(PEFT.resolve(CONFIG).toFile());
    try (Safetensors file = Safetensors.open(PEFT.resolve(WEIGHTS))) {
      for (String name : file.names()) {
        tensors.put(name, file.float32(name));
      }
    }
  }

  @AfterEach
  void closeTensors() {
    tensors.values().forEach(TFloat32::close);
  }

  private LoraAdapter read() throws IOException {
    JSON.writeValue(folder.resolve(CONFIG).toFile(), config);
    Safetensors.write(folder.resolve(WEIGHTS), tensors);
    return LoraAdapter.read(folder);
  }

  private String refusal() {
    return assertThrows(IOException.class, this::read).getMessage();
  }

  private void rename(UnaryOperator<String> renaming) {
    Map<String, TFloat32> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> renamed.put(renaming.apply(name), tensor));
    tensors.clear();
    tensors.putAll(renamed);
  }

  private void replace(String name, TFloat32 tensor) {
    tensors.put(name, tensor).close();
  }

  @Test
  void everyReasonForARefusalIsNamedAtOnce() {
    config.put("use_dora", true).put("use_nextgen", true).put("fan_in_fan_out", true);
    config
        .put("bias", "lora_only")
        .put("lora_bias", true)
        .put("init_lora_weights", "pissa_niter_4");
    config.putArray("modules_to_save").add("classifier");
    config.putObject("kasa_config").put("beta", 1);
    config.putArray("layer_replication").addArray().add(0).add(1);
    tensors.put("base_model.model.classifier.weight", TFloat32.vectorOf(1));
    tensors.put(
        "base_model.model." + LAYER_0 + "q_proj.lora_magnitude_vector", TFloat32.vectorOf(1));

    String message = refusal();

    for (String reason :
        List.of(
            "use_dora",
            "use_nextgen",
            "fan_in_fan_out",
            "bias lora_only",
            "lora_bias",
            "init_lora_weights pissa_niter_4",
            "modules_to_save",
            "kasa_config",
            "layer_replication",
            "DoRA",
            "classifier.weight")) {
      assertTrue(message.contains(reason), reason + " in " + message);
    }
    assertFalse(message.contains("use_rslora"), message);
  }

  @Test
  void otherTypesOfPeftAreRefusedByName() {
    config.put("peft_type", "IA3");
    assertTrue(refusal().contains("peft_type IA3"));
  }

  @Test
  void unknownKeysAndSettingsThatAreOffAreIgnored() throws IOException {
    config.put("invented_in_2031", true).put("megatron_core", "megatron.core");
    config.putNull("rank_pattern").putNull("use_qalora").putArray("modules_to_save");
    config.put("init_lora_weights", "gaussian");
    try (LoraAdapter adapter = read()) {
      assertEquals(new LoraConfig(2, 16, 0, TargetModules.QUERY_AND_VALUE), adapter.config());
    }
  }

  @Test
  void smallestConfigurationTakesPeftsDefaults() throws IOException {
    config.removeAll().put("peft_type", "LORA").put("r", 2).putNull("target_modules");
    try (LoraAdapter adapter = read()) {
      assertEquals(4, adapter.config().scaling(LAYER_0 + "q_proj")); // lora_alpha 8
      assertEquals(adapter.modules(), adapter.config().targetModules().names());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "base_model.model.", "base_model.model.wavlm.", "hubert.", "model.", "bert."})
  void modulesAreFoundUnderAnyPrefix(String prefix) throws IOException {
    rename(name -> name.replace("base_model.model.", prefix));
    try (LoraAdapter adapter = read()) {
      assertEquals(6, adapter.modules().size());
      assertEquals(LAYER_0 + "q_proj", adapter.modules().get(0));
    }
  }

  @Test
  void matricesThatDisagreeWithTheConfigurationAreAllNamed() {
    String key = "base_model.model." + LAYER_0;
    replace(key + "q_proj.lora_A.weight", matrix(3, 48, 1));
    tensors.remove(key + "v_proj.lora_B.weight").close();
    tensors
        .get("base_model.model.encoder.layers.1.attention.q_proj.lora_A.weight")
        .setFloat(Float.NaN, 0, 0);

    String message = refusal();

    assertTrue(message.contains("(3 problems)"), message);
    assertTrue(message.contains(LAYER_0 + "q_proj: expected rank 2"), message);
    assertTrue(message.contains("[3, 48]"), message);
    assertTrue(message.contains(LAYER_0 + "v_proj: its lora_B is missing"), message);
    assertTrue(message.contains("layers.1.attention.q_proj: has values that are not"), message);
  }

  @Test
  void rankPatternThatTheMatricesDoNotHaveIsRefused() {
    config.putObject("rank_pattern").put("layers.2.attention.v_proj", 5);
    String message = refusal();
    assertTrue(message.contains("layers.2.attention.v_proj: expected rank 5"), message);
  }

  @Test
  void matricesThatTargetModulesDoNotNameAreRefused() {
    config.putArray("target_modules").add("q_proj").add("k_proj");
    String message = refusal();
    assertTrue(message.contains("names none of these"), message);
    assertTrue(message.contains("encoder.layers.2.attention.v_proj"), message);
    assertFalse(message.contains("encoder.layers.2.attention.q_proj"), message);
  }

  @Test
  void chosenLayersBecomeTheNamesOfTheirModules() throws IOException {
    config.putArray("layers_to_transform").add(1);
    config.put("layers_pattern", "layers");
    List<String> others = new ArrayList<>(tensors.keySet());
    others.removeIf(name -> name.contains("layers.1."));
    others.forEach(name -> tensors.remove(name).close());
    try (LoraAdapter adapter = read()) {
      TargetModules targets = adapter.config().targetModules();
      assertTrue(targets.matches("encoder.layers.1.attention.q_proj"));
      assertFalse(targets.matches("encoder.layers.0.attention.q_proj"));
    }
  }

  @Test
  void namesThatFitNothingAreLeftOutOfTheTargets() throws IOException {
    config.putArray("target_modules").add("q_proj").add("query").add("v_proj");
    try (LoraAdapter adapter = read()) {
      assertEquals(TargetModules.QUERY_AND_VALUE, adapter.config().targetModules());
    }
  }

  @Test
  void adapterOfAllLinearMapsIsWrittenWithTheirNames() throws IOException {
    config.put("target_modules", "all-linear");
    try (LoraAdapter adapter = read()) {
      LoraConfig all = new LoraConfig(2, 16, 0, new TargetModules(List.of(), "all-linear"));
      LoraAdapter.write(folder, all, adapter.matrices());
      assertEquals(
          adapter.modules(),
          JSON.convertValue(
              JSON.readTree(folder.resolve(CONFIG).toFile()).path("target_modules"), List.class));
    }
  }

  @Test
  void adapterThatDoesNotFitTheEncoderIsRefusedWithAllReasons() throws IOException {
    List<LoraTarget> encoder =
        List.of(
            new LoraTarget(LAYER_0 + "q_proj.weight", 48, 48, true),
            new LoraTarget(LAYER_0 + "v_proj.weight", 48, 32, true),
            new LoraTarget("encoder.layers.1.attention.q_proj.weight", 48, 48, true),
            new LoraTarget("encoder.layers.1.attention.v_proj.weight", 48, 48, true),
            new LoraTarget("encoder.layers.2.attention.q_proj.weight", 48, 48, true),
            new LoraTarget("encoder.layers.3.attention.q_proj.weight", 48, 48, true),
            new LoraTarget("encoder.layers.3.attention.k_proj.weight", 48, 48, true));
    try (LoraAdapter adapter = read()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> adapter.targetsAmong(encoder))
              .getMessage();
      assertTrue(message.contains("(3 problems)"), message);
      assertTrue(
          message.contains("0.attention.v_proj: the encoder maps 48 to 32 values, the adapter 48"),
          message);
      assertTrue(message.contains("2.attention.v_proj: the encoder has no such"), message);
      assertTrue(message.contains("3.attention.q_proj: is a target, but"), message);
      assertFalse(message.contains("3.attention.k_proj:"), message);
    }
  }

  /** PEFT's all-linear also adapts the pooler of a RobertaModel, and heads of task models. */
  @ParameterizedTest
  @ValueSource(strings = {"pooler.dense", "classifier.dense", "lm_head", "cls.predictions.decoder"})
  void modulesBesideTheEncoderAreLeftOut(String beside) throws IOException {
    List<LoraTarget> encoder = new ArrayList<>();
    for (int layer = 0; layer < 3; layer++) {
      for (String name : List.of("q_proj", "v_proj")) {
        encoder.add(
            new LoraTarget(
                "encoder.layers." + layer + ".attention." + name + ".weight", 48, 48, true));
      }
    }
    tensors.put("base_model.model." + beside + ".lora_A.weight", matrix(2, 48, 1));
    tensors.put("base_model.model." + beside + ".lora_B.weight", matrix(5, 2, 1));
    config.putArray("target_modules").add("q_proj").add("v_proj").add(beside);
    config.putObject("rank_pattern").put(beside, 2);
    Path ours = Files.createDirectory(folder.resolve("ours"));
    try (LoraAdapter adapter = read()) {
      List<LoraTarget> targets = adapter.targetsAmong(encoder);
      assertEquals(encoder, targets);
      adapter.write(ours, adapter.baseModel(), targets);
    }
    List<String> used = encoder.stream().map(LoraTarget::module).toList();
    try (LoraAdapter written = LoraAdapter.read(ours)) {
      assertEquals(used, written.modules());
      assertEquals(new LoraConfig(2, 16, 0, new TargetModules(used, "")), written.config());
    }
  }

  @Test
  void adapterWithoutAModuleOfTheEncoderIsRefused() throws IOException {
    List<LoraTarget> other = List.of(new LoraTarget("transformer.h.0.proj.weight", 48, 48, true));
    try (LoraAdapter adapter = read()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> adapter.targetsAmong(other))
              .getMessage();
      assertTrue(message.contains("0.attention.q_proj: the encoder has no such"), message);
    }
  }

  @Test
  void pickledAdapterIsRefusedWithWhatIsExpected() throws IOException {
    Files.copy(PEFT.resolve(CONFIG), folder.resolve(CONFIG));
    Files.writeString(folder.resolve("adapter_model.bin"), "pickle");
    String message = assertThrows(IOException.class, () -> LoraAdapter.read(folder)).getMessage();
    assertTrue(message.contains("expected " + WEIGHTS), message);
    assertTrue(message.contains("safe_serialization=True"), message);
  }

  @Test
  void adapterIsUntrainedIfEveryBIsZero() throws IOException {
    for (String name : List.copyOf(tensors.keySet())) {
      if (name.endsWith("lora_B.weight")) {
        replace(name, matrix(48, 2, 0));
      }
    }
    try (LoraAdapter adapter = read()) {
      assertTrue(adapter.isUntrained());
      assertEquals(0, adapter.norm(LAYER_0 + "q_proj"));
    }
    tensors.get("base_model.model." + LAYER_0 + "q_proj.lora_B.weight").setFloat(1, 5, 1);
    try (LoraAdapter adapter = read()) {
      assertFalse(adapter.isUntrained());
    }
  }

  @Test
  void normIsThatOfTheProduct() throws IOException {
    try (LoraAdapter adapter = read();
        TFloat32 zeros = matrix(48, 48, 0)) {
      LoraTarget target = new LoraTarget(LAYER_0 + "q_proj.weight", 48, 48, true);
      double squares = 0;
      try (TFloat32 merged = adapter.merge(target, zeros)) {
        for (float value : Fixture.floats(merged)) {
          squares += (double) value * value;
        }
      }
      assertEquals(Math.sqrt(squares) / 8, adapter.norm(target.module()), 1e-5); // scaling 16 / 2
    }
  }

  @Test
  void kernelStoredTransposedIsMergedWithTheTransposedProduct() throws IOException {
    rename(name -> name.replace("q_proj", "out"));
    config.putArray("target_modules").add("out").add("v_proj");
    replace("base_model.model." + LAYER_0 + "out.lora_A.weight", matrix(2, 3, 1));
    replace("base_model.model." + LAYER_0 + "out.lora_B.weight", matrix(4, 2, 1));
    try (LoraAdapter adapter = read();
        TFloat32 kernel = matrix(4, 3, 1);
        TFloat32 transposed = TFloat32.tensorOf(Shape.of(3, 4))) {
      kernel.scalars().forEachIndexed((at, v) -> transposed.setFloat(v.getFloat(), at[1], at[0]));
      try (TFloat32 merged =
              adapter.merge(new LoraTarget(LAYER_0 + "out.weight", 3, 4, true), kernel);
          TFloat32 other =
              adapter.merge(new LoraTarget(LAYER_0 + "out.kernel", 3, 4, false), transposed)) {
        // B's last row is [6, 7], A's columns are [0, 3], [1, 4], [2, 5]; scaling is 8.
        assertEquals(11 + 8 * (6 * 2 + 7 * 5), merged.getFloat(3, 2));
        float[] back = new float[12];
        other.scalars().forEachIndexed((at, v) -> back[(int) (at[1] * 3 + at[0])] = v.getFloat());
        assertArrayEquals(Fixture.floats(merged), back);
      }
    }
  }

  /** A matrix of 0, step, 2 · step, … */
  private static TFloat32 matrix(long rows, long columns, float step) {
    return TFloat32.tensorOf(
        Shape.of(rows, columns),
        tensor ->
            tensor
                .scalars()
                .forEachIndexed((at, v) -> v.setFloat(step * (at[0] * columns + at[1]))));
  }
}
