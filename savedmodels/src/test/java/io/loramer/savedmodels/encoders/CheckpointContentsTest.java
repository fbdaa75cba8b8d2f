package io.loramer.savedmodels.encoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.files.Json;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Tensors, settings and files of checkpoints that the encoder does not have or support. */
@Tag("slow")
final class CheckpointContentsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/roberta-mlm-prefixed"
            + "| lm_head (5 tensors, 1,645 parameters)"
            + " & roberta.embeddings.position_ids (1 tensor, 50 parameters)",
        "text/bert-legacy-names" + "| bert.pooler (2 tensors, 1,056 parameters)",
        "audio/wav2vec2-base| masked_spec_embed (1 tensor, 48 parameters)"
      })
  void tensorsThatAreNotUsedAreNamedByModule(String fixture, String expected) throws IOException {
    Path checkpoint = Fixture.of(fixture).folder();
    List<UnusedTensors> unused = convert(checkpoint).unused();
    assertEquals(
        List.of(expected.split(" & ")), unused.stream().map(UnusedTensors::toString).toList());
    assertEquals(unused, EncoderContents.ofCheckpoint(checkpoint).unused());
    EncoderContents converted =
        EncoderContents.ofSavedModel(SavedModelFolder.open(folder.resolve("encoder")));
    assertEquals(List.of(), converted.unused());
    assertEquals(List.of(), converted.problems());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hubert."})
  void headBesideTheEncoderIsNamed(String prefix) throws IOException {
    Map<String, Shape> head =
        Map.of(
            "projector.weight", Shape.of(5, 32),
            "projector.bias", Shape.of(5),
            "classifier.weight", Shape.of(4, 5),
            "layer_weights", Shape.of(3));
    Path checkpoint = variant("audio/hubert-tiny", name -> prefix + name, head);
    assertEquals(
        List.of(
            new UnusedTensors("classifier", 1, 20),
            new UnusedTensors("layer_weights", 1, 3),
            new UnusedTensors("projector", 2, 165)),
        convert(checkpoint).unused().stream()
            .filter(tensors -> !tensors.module().endsWith("masked_spec_embed"))
            .toList());
  }

  @Test
  void tensorWithinTheEncoderThatConfigDoesNotDescribeIsRefused() throws IOException {
    Path checkpoint =
        variant(
            "audio/hubert-tiny",
            name -> "hubert." + name,
            Map.of("hubert.encoder.layers.0.adapter_layer.norm.weight", Shape.of(32)));
    assertTrue(
        refusal(checkpoint)
            .contains(
                "hubert.encoder.layers.0.adapter_layer.norm.weight: extra: config.json describes"));
  }

  /** facebook/wav2vec2-base-100h has this name. */
  @Test
  void vectorOfSpecAugmentMayHaveItsOldName() throws IOException {
    Path checkpoint =
        variant(
            "audio/wav2vec2-base",
            name -> "wav2vec2." + name.replace("masked_spec_embed", "mask_time_emb_vector"),
            Map.of());
    assertEquals(
        List.of(new UnusedTensors("wav2vec2.mask_time_emb_vector", 1, 48)),
        convert(checkpoint).unused());
  }

  /** transformers 5.18: a decoder's attention is causal, which changes BERT's output by 0.25. */
  @ParameterizedTest
  @CsvSource({
    "text/bert, is_decoder, true",
    "text/roberta, is_decoder, true",
    "text/roberta, is_decoder, 1",
    "text/bert, add_cross_attention, true",
    "text/bert, position_embedding_type, '\"relative_key\"'",
    "text/bert, position_embedding_type, null",
    "text/bert, hidden_act, '\"gelu_new\"'",
    "text/bert, hidden_act, null",
    "text/bert, pruned_heads, '{\"0\": [1]}'",
    "text/bert, quantization_config, '{\"bits\": 8}'",
    "text/bert, per_layer_config, '{\"0\": {\"num_attention_heads\": 2}}'",
    "audio/wavlm-base, add_adapter, true",
    "audio/wav2vec2-base, add_adapter, true",
    "audio/wav2vec2-base, adapter_attn_dim, 16",
    "audio/hubert-large, adapter_attn_dim, 16",
    "audio/hubert-base, conv_pos_batch_norm, true",
    "audio/hubert-base, feat_extract_activation, '\"selu\"'",
    "audio/hubert-base, do_stable_layer_norm, '\"yes\"'",
    "audio/hubert-base, num_feat_extract_layers, 3"
  })
  void settingThatChangesTheComputationIsRefusedByName(String fixture, String key, String value)
      throws IOException {
    Path checkpoint = configured(fixture, config -> config.set(key, json(value)));
    String refused = refusal(checkpoint);
    assertTrue(refused.contains("config.json: " + key), refused);
    assertFalse(Files.exists(folder.resolve("encoder")));
    List<String> problems = EncoderContents.ofCheckpoint(checkpoint).problems();
    assertTrue(problems.get(0).contains(key), problems::toString);
  }

  @Test
  void allSettingsThatAreNotSupportedAreNamedAtOnce() throws IOException {
    String refused =
        refusal(
            configured(
                "text/bert",
                config ->
                    config
                        .put("is_decoder", true)
                        .put("add_cross_attention", true)
                        .put("hidden_act", "mish")));
    assertTrue(refused.contains("is_decoder (causal attention) is not supported; add"), refused);
    assertTrue(refused.contains("hidden_act: mish is not supported"), refused);
  }

  /** These models of transformers do not read these keys. */
  @ParameterizedTest
  @CsvSource({
    "audio/wav2vec2-base, feat_proj_layer_norm, false",
    "audio/wavlm-base, feat_proj_layer_norm, false",
    "audio/wavlm-base, conv_pos_batch_norm, true",
    "audio/hubert-base, add_adapter, true",
    "audio/hubert-base, is_decoder, true",
    "text/bert, is_decoder, false",
    "text/bert, pruned_heads, {}",
    "text/bert, chunk_size_feed_forward, 2",
    "text/bert, tie_word_embeddings, false"
  })
  void settingThatTheModelDoesNotReadChangesNothing(String fixture, String key, String value)
      throws IOException {
    Path checkpoint = configured(fixture, config -> config.set(key, json(value)));
    assertEquals(
        EncoderContents.ofCheckpoint(Fixture.of(fixture).folder()).linearMaps(),
        EncoderContents.ofCheckpoint(checkpoint).linearMaps());
    assertEquals(List.of(), EncoderContents.ofCheckpoint(checkpoint).problems());
  }

  /** A run goes on with the encoder that it began with: the graph has the computation. */
  @Test
  void encoderThatWasConvertedWithSuchASettingStillHasItsInput() throws IOException {
    convert(Fixture.of("text/bert").folder());
    Path asset = folder.resolve("encoder/assets/config.json");
    ObjectNode config = (ObjectNode) Json.TREE.readTree(asset.toFile());
    Json.TREE.writeValue(asset.toFile(), config.put("is_decoder", true));
    assertEquals(
        new TextInput(40, 0), TextInput.of(SavedModelFolder.open(folder.resolve("encoder"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "{}", "{\"feature_extractor\": null}"})
  void normalisationThatNoFileStatesIsWarnedOf(String processor) throws IOException {
    Path checkpoint = configured("audio/wavlm-base", config -> {});
    if (!processor.equals("none")) {
      Files.writeString(checkpoint.resolve("processor_config.json"), processor);
    }
    String warning = convert(checkpoint).warnings().get(0);
    assertTrue(warning.startsWith("no preprocessor_config.json: waveforms are norm"), warning);
    assertEquals(List.of(warning), EncoderContents.ofCheckpoint(checkpoint).warnings());
    assertEquals(
        List.of(warning),
        EncoderContents.ofSavedModel(SavedModelFolder.open(folder.resolve("encoder"))).warnings());
  }

  @Test
  void normalisationThatAFileStatesIsNotWarnedOf() throws IOException {
    assertEquals(List.of(), convert(Fixture.of("audio/wavlm-base").folder()).warnings());
  }

  @Test
  void otherSamplingRateIsRefusedBeforeTheConversion() throws IOException {
    Path checkpoint = configured("audio/wavlm-base", config -> {});
    Files.writeString(checkpoint.resolve("preprocessor_config.json"), "{\"sampling_rate\": 8000}");
    String refused = refusal(checkpoint);
    assertTrue(refused.endsWith("sampling_rate: expected 16000, found 8000"), refused);
  }

  @Test
  void textEncoderWithoutTokenizerAndCodeOfItsOwnAreWarnedOf() throws IOException {
    Path checkpoint =
        configured(
            "text/bert", config -> config.putObject("auto_map").put("AutoModel", "own.Bert"));
    List<String> warnings = convert(checkpoint).warnings();
    assertTrue(warnings.get(0).startsWith("no tokenizer.json: "), warnings::toString);
    assertTrue(warnings.get(1).contains("own.Bert"), warnings::toString);
  }

  private EncoderConversion.Summary convert(Path checkpoint) throws IOException {
    return EncoderConversion.convert(checkpoint, folder.resolve("encoder"), PaddingInNorm.IGNORED);
  }

  private String refusal(Path checkpoint) {
    return assertThrows(IOException.class, () -> convert(checkpoint)).getMessage();
  }

  /** Returns a folder with a fixture's weights and its changed config.json, and nothing else. */
  private Path configured(String fixture, Consumer<ObjectNode> change) throws IOException {
    Path original = Fixture.of(fixture).folder();
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    try (Stream<Path> files = Files.list(original)) {
      for (Path file : files.filter(f -> f.getFileName().toString().contains("model")).toList()) {
        Files.copy(file, checkpoint.resolve(file.getFileName()));
      }
    }
    ObjectNode config = (ObjectNode) Json.TREE.readTree(original.resolve("config.json").toFile());
    change.accept(config);
    Json.TREE.writeValue(checkpoint.resolve("config.json").toFile(), config);
    return checkpoint;
  }

  /** Returns a checkpoint with other names for a fixture's tensors, and more tensors, of ones. */
  private Path variant(String fixture, UnaryOperator<String> naming, Map<String, Shape> more)
      throws IOException {
    Path checkpoint = configured(fixture, config -> {});
    Path weights = checkpoint.resolve("model.safetensors");
    Map<String, TFloat32> tensors = new LinkedHashMap<>();
    try (Safetensors file = Safetensors.open(weights)) {
      for (String name : file.names()) {
        tensors.put(naming.apply(name), file.float32(name));
      }
    }
    more.forEach((name, shape) -> tensors.put(name, TFloat32.tensorOf(shape)));
    Safetensors.write(weights, tensors);
    tensors.values().forEach(TFloat32::close);
    return checkpoint;
  }

  private static JsonNode json(String value) {
    try {
      return Json.TREE.readTree(value);
    } catch (IOException e) {
      throw new IllegalArgumentException(value, e);
    }
  }
}
