package io.loramer.savedmodels.encoders;

import static io.loramer.savedmodels.testing.Fixture.assertClose;
import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** CTC heads against PyTorch (fixtures/audio/wav2vec2-ctc) and against arithmetic. */
final class CtcHeadTest {
  private static final String GOLDEN = "golden.safetensors";
  private static final Fixture WAV2VEC2 = Fixture.of("audio/wav2vec2-ctc");

  @TempDir private Path folder;

  @Test
  void logitsAreThoseOfTransformersAndSoAreTheLetters() throws IOException {
    try (SavedModelBundle model = convert(WAV2VEC2.folder(), PaddingInNorm.COUNTED);
        TFloat32 input = WAV2VEC2.float32(GOLDEN, "padded.input_values");
        TInt32 mask = WAV2VEC2.int32(GOLDEN, "padded.attention_mask");
        TFloat32 logits = WAV2VEC2.float32(GOLDEN, "padded.logits");
        TInt32 letters = WAV2VEC2.int32(GOLDEN, "padded.argmax_ids");
        Result result = run(model, input, mask)) {
      TFloat32 found = (TFloat32) result.get(0);
      assertClose("logits", logits, found, 1e-4); // the fixtures' README: mistakes give 1e-3
      int vocabulary = (int) found.shape().get(2);
      int[] expected = new int[(int) letters.size()];
      letters.asRawTensor().data().asInts().read(expected);
      assertArrayEquals(expected, argmax(floats(found), vocabulary));
    }
  }

  @Test
  void logitsOfAClipAloneAreThoseOfTransformers() throws IOException {
    try (SavedModelBundle model = convert(WAV2VEC2.folder(), PaddingInNorm.IGNORED);
        TFloat32 input = WAV2VEC2.float32(GOLDEN, "single.input_values");
        TInt32 mask = ones(input.shape());
        TFloat32 logits = WAV2VEC2.float32(GOLDEN, "single.logits");
        Result result = run(model, input, mask)) {
      assertClose("logits", logits, (TFloat32) result.get(0), 1e-4);
    }
  }

  @Test
  void vocabularyTravelsWithTheModel() throws IOException {
    convert(WAV2VEC2.folder(), PaddingInNorm.IGNORED).close();
    for (String name : List.of("vocab.json", "tokenizer_config.json")) {
      assertArrayEquals(
          Files.readAllBytes(WAV2VEC2.folder().resolve(name)),
          Files.readAllBytes(folder.resolve("encoder/assets").resolve(name)));
    }
  }

  @ParameterizedTest
  @CsvSource({"wavlm-base,wavlm,WavLMForCTC", "hubert-tiny,hubert,HubertForCTC"})
  void headOfTheOtherFamiliesMultipliesTheLastHiddenState(
      String name, String prefix, String architecture) throws IOException {
    Fixture base = Fixture.of("audio/" + name);
    int vocabulary = 7;
    float[] bias = {0.5f, -1, 0, 2, 0.25f, -0.125f, 3};
    Path checkpoint = headed(base, prefix, architecture, bias);
    try (SavedModelBundle model = convert(checkpoint, PaddingInNorm.IGNORED);
        TFloat32 weight = file(checkpoint, "lm_head.weight");
        TFloat32 input = base.float32(GOLDEN, "single.input_values");
        TInt32 mask = ones(input.shape());
        Result result = run(model, input, mask)) {
      float[] states = floats((TFloat32) result.get(1));
      float[] head = floats(weight);
      int hidden = (int) weight.shape().get(1);
      float[] expected = new float[states.length / hidden * vocabulary];
      for (int i = 0; i < expected.length; i++) {
        double sum = bias[i % vocabulary];
        for (int h = 0; h < hidden; h++) {
          sum += head[i % vocabulary * hidden + h] * states[i / vocabulary * hidden + h];
        }
        expected[i] = (float) sum;
      }
      assertClose(architecture, expected, floats((TFloat32) result.get(0)), 1e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "absent"})
  void headIsKeptWhereConfigNamesNoArchitecture(String architectures) throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    Files.copy(
        WAV2VEC2.folder().resolve("model.safetensors"), checkpoint.resolve("model.safetensors"));
    ObjectMapper json = new ObjectMapper();
    ObjectNode config =
        (ObjectNode) json.readTree(WAV2VEC2.folder().resolve("config.json").toFile());
    if (architectures.equals("absent")) {
      config.remove("architectures");
    } else {
      config.set("architectures", json.readTree(architectures));
    }
    json.writeValue(checkpoint.resolve("config.json").toFile(), config);
    try (SavedModelBundle model = convert(checkpoint, PaddingInNorm.COUNTED);
        TFloat32 input = WAV2VEC2.float32(GOLDEN, "padded.input_values");
        TInt32 mask = WAV2VEC2.int32(GOLDEN, "padded.attention_mask");
        TFloat32 logits = WAV2VEC2.float32(GOLDEN, "padded.logits");
        Result result = run(model, input, mask)) {
      assertClose("logits", logits, (TFloat32) result.get(0), 1e-4);
    }
  }

  @Test
  void headThatTheCheckpointLacksIsMissed() throws IOException {
    Fixture base = Fixture.of("audio/hubert-tiny");
    Path checkpoint = headed(base, "hubert", "HubertForCTC", new float[7]);
    Files.copy(
        base.folder().resolve("model.safetensors"),
        Files.createDirectory(folder.resolve("bare")).resolve("model.safetensors"));
    Files.copy(checkpoint.resolve("config.json"), folder.resolve("bare/config.json"));
    var refused =
        assertThrows(
            IOException.class, () -> convert(folder.resolve("bare"), PaddingInNorm.IGNORED));
    assertTrue(refused.getMessage().contains("lm_head.weight: missing: expected shape [7, 32]"));
    assertTrue(refused.getMessage().contains("lm_head.bias: missing: expected shape [7]"));
  }

  /**
   * Writes a checkpoint of a model with a head: the base's parameters prefixed, and a random head.
   */
  private Path headed(Fixture base, String prefix, String architecture, float[] bias)
      throws IOException {
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(base.folder().resolve("config.json").toFile());
    config.putArray("architectures").add(architecture);
    config.put("vocab_size", bias.length);
    json.writeValue(checkpoint.resolve("config.json").toFile(), config);
    Map<String, TFloat32> parameters = new HashMap<>();
    try (Safetensors file = Safetensors.open(base.folder().resolve("model.safetensors"))) {
      for (String name : file.names()) {
        parameters.put(prefix + "." + name, file.float32(name));
      }
    }
    long hidden = parameters.get(prefix + ".encoder.layer_norm.weight").shape().get(0);
    Random random = new Random(11);
    parameters.put(
        "lm_head.weight",
        TFloat32.tensorOf(
            Shape.of(bias.length, hidden),
            head -> head.scalars().forEach(x -> x.setFloat((float) random.nextGaussian()))));
    parameters.put("lm_head.bias", TFloat32.vectorOf(bias));
    Safetensors.write(checkpoint.resolve("model.safetensors"), parameters);
    parameters.values().forEach(TFloat32::close);
    return checkpoint;
  }

  private static TFloat32 file(Path checkpoint, String name) throws IOException {
    try (Safetensors file = Safetensors.open(checkpoint.resolve("model.safetensors"))) {
      return file.float32(name);
    }
  }

  private SavedModelBundle convert(Path checkpoint, PaddingInNorm paddingInNorm)
      throws IOException {
    Path target = folder.resolve("encoder");
    EncoderConversion.convert(checkpoint, target, paddingInNorm);
    return SavedModelBundle.load(target.toString(), MetaGraph.SERVE);
  }

  private static Result run(SavedModelBundle model, TFloat32 input, TInt32 mask) {
    return model
        .session()
        .runner()
        .feed("input_values", input)
        .feed("attention_mask", mask)
        .fetch("logits")
        .fetch("last_hidden_state")
        .run();
  }

  private static TInt32 ones(Shape shape) {
    return TInt32.tensorOf(shape, mask -> mask.scalars().forEach(one -> one.setInt(1)));
  }

  private static int[] argmax(float[] logits, int vocabulary) {
    int[] best = new int[logits.length / vocabulary];
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > logits[i / vocabulary * vocabulary + best[i / vocabulary]]) {
        best[i / vocabulary] = i % vocabulary;
      }
    }
    return best;
  }
}
