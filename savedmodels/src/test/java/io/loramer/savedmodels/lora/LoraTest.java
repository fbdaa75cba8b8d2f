package io.loramer.savedmodels.lora;

import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.testing.AdaptedEncoder;
import io.loramer.savedmodels.testing.Fixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;

/** LoRA on an imported encoder; LoraGoldenTest has its numbers. */
final class LoraTest {
  private static final Fixture BASE = Fixture.of("audio/wavlm-base");
  private static final Fixture PEFT = Fixture.of("lora/wavlm-base-qv");

  @TempDir private static Path shared;

  @BeforeAll
  static void convert() throws IOException {
    EncoderConversion.convert(BASE.folder(), shared.resolve("wavlm"), PaddingInNorm.COUNTED);
  }

  private static AdaptedEncoder encoder(Optional<LoraConfig> lora) throws IOException {
    return new AdaptedEncoder(shared.resolve("wavlm"), BASE, lora);
  }

  @Test
  void freshLoraChangesNoBitOfTheOutput() throws IOException {
    try (AdaptedEncoder plain = encoder(Optional.empty());
        AdaptedEncoder adapted = encoder(Optional.of(LoraConfig.defaults()))) {
      assertArrayEquals(plain.output(), adapted.output());
    }
  }

  @Test
  void secondImportSharesTheVariablesOfTheFirst() throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(PEFT.folder());
        AdaptedEncoder adapted = encoder(Optional.of(adapter.config()))) {
      ImportedEncoder again =
          adapted.encoder.again("evaluation/audio", MetaGraph.SERVE, Optional.empty());
      adapted.encoder.assign(adapter, adapted.variables, adapted.session);
      var output = again.output("last_hidden_state", TFloat32.class);
      try (Result result = adapted.run(again, List.of(output))) {
        assertArrayEquals(adapted.output(), floats((TFloat32) result.get(0)));
      }
    }
  }

  @Test
  void targetThatMatchesNothingIsRefusedWithWhatThereIs() {
    LoraConfig config = new LoraConfig(2, 16, 0, new TargetModules(List.of("q_proj", "query"), ""));
    var refused = assertThrows(IllegalArgumentException.class, () -> encoder(Optional.of(config)));
    String message = refused.getMessage();
    assertTrue(message.contains("query matches no linear map"), message);
    assertTrue(message.contains("encoder.layers.*.attention.q_proj"), message);
    assertFalse(message.contains("q_proj matches"), message);
  }

  @Test
  void patternThatMatchesNoTargetIsRefused() {
    LoraConfig config =
        new LoraConfig(
            2,
            16,
            0,
            TargetModules.QUERY_AND_VALUE,
            Map.of("k_proj", 4),
            Map.of("v_proj", 8f, "layers.9.attention.q_proj", 8f),
            false);
    var refused = assertThrows(IllegalArgumentException.class, () -> encoder(Optional.of(config)));
    String message = refused.getMessage();
    assertTrue(message.contains("k_proj matches none of target_modules"), message);
    assertTrue(message.contains("layers.9.attention.q_proj matches none"), message);
    assertFalse(message.contains("v_proj matches"), message);
  }

  @Test
  void allLinearIsEveryLinearMapOfTheEncoder() throws IOException {
    TargetModules all = new TargetModules(List.of(), "all-linear");
    try (AdaptedEncoder adapted = encoder(Optional.of(new LoraConfig(3, 6, 0, all)))) {
      List<String> families =
          adapted.encoder.targets().stream().map(LoraTarget::family).distinct().toList();
      assertEquals(
          List.of(
              "feature_projection.projection",
              "encoder.layers.*.attention.gru_rel_pos_linear",
              "encoder.layers.*.attention.q_proj",
              "encoder.layers.*.attention.k_proj",
              "encoder.layers.*.attention.v_proj",
              "encoder.layers.*.attention.out_proj",
              "encoder.layers.*.feed_forward.intermediate_dense",
              "encoder.layers.*.feed_forward.output_dense"),
          families);
      assertFalse(all.matches("lm_head"));
    }
  }

  @Test
  void regularExpressionChoosesLayersAndFeedForward() throws IOException {
    TargetModules targets = new TargetModules(List.of(), ".*layers\\.[02]\\..*_dense");
    try (AdaptedEncoder adapted = encoder(Optional.of(new LoraConfig(3, 6, 0, targets)))) {
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
  void everyVariableOfTheGraphHasItsOwnResource() throws IOException {
    try (AdaptedEncoder adapted = encoder(Optional.of(LoraConfig.defaults()))) {
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
