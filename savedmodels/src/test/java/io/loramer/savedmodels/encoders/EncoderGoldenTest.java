package io.loramer.savedmodels.encoders;

import static io.loramer.savedmodels.testing.Fixture.assertClose;
import static io.loramer.savedmodels.testing.Fixture.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.testing.Fixture;
import io.loramer.savedmodels.testing.SavedModelCopy;
import io.loramer.savedmodels.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** Converted encoders against PyTorch's values: fixtures/audio, fixtures/text. */
final class EncoderGoldenTest {
  private static final String GOLDEN = "golden.safetensors";

  /** The fixtures' README: real mistakes give 1e-3 and more. */
  private static final double ATOL = 1e-4;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wavlm-base",
        "wavlm-large",
        "hubert-tiny",
        "hubert-base", // pytorch_model.bin, weight_g and weight_v
        "hubert-large", // three shards
        "wav2vec2-base",
        "wav2vec2-ctc" // prefixed, with a head
      })
  void speechHiddenStatesAreThoseOfTransformersInAPaddedBatch(String name) throws IOException {
    Fixture fixture = Fixture.of("audio/" + name);
    try (SavedModelBundle model = convert(fixture, PaddingInNorm.COUNTED);
        TFloat32 input = fixture.float32(GOLDEN, "padded.input_values");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
        Result outputs =
            run(
                model,
                Map.of("input_values", input, "attention_mask", mask),
                List.of("hidden_states", "frame_mask"));
        TInt32 frameMask = fixture.int32(GOLDEN, "padded.frame_mask")) {
      assertHiddenStates(fixture, (TFloat32) outputs.get(0));
      assertEquals(frameMask, outputs.get(1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wavlm-base",
        "wavlm-large",
        "hubert-tiny",
        "hubert-base", // pytorch_model.bin, weight_g and weight_v
        "hubert-large", // three shards
        "wav2vec2-base",
        "wav2vec2-ctc" // prefixed, with a head
      })
  void clipInAPaddedBatchGivesWhatTransformersGivesForItAlone(String name) throws IOException {
    Fixture fixture = Fixture.of("audio/" + name);
    try (SavedModelBundle model = convert(fixture, PaddingInNorm.IGNORED);
        TFloat32 input = fixture.float32(GOLDEN, "padded.input_values");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
        TFloat32 expected = fixture.float32(GOLDEN, "single.last_hidden_state");
        Result outputs =
            run(
                model,
                Map.of("input_values", input, "attention_mask", mask),
                List.of("last_hidden_state"))) {
      TFloat32 batch = (TFloat32) outputs.get(0);
      int row = shortestRow(mask);
      int rowSize = (int) (batch.shape().get(1) * batch.shape().get(2));
      float[] clip =
          Arrays.copyOfRange(floats(batch), row * rowSize, row * rowSize + (int) expected.size());
      assertClose(name, floats(expected), clip, ATOL);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"roberta", "roberta-mlm-prefixed"})
  void textHiddenStatesAreThoseOfTransformers(String name) throws IOException {
    Fixture fixture = Fixture.of("text/" + name);
    try (SavedModelBundle model = convert(fixture, PaddingInNorm.IGNORED);
        TInt32 ids = fixture.int32(GOLDEN, "padded.input_ids");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
        Result outputs =
            run(
                model,
                Map.of("input_ids", ids, "attention_mask", mask),
                List.of("hidden_states"))) {
      assertHiddenStates(fixture, (TFloat32) outputs.get(0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "bert-legacy-names"}) // the latter a prefixed pytorch_model.bin
  void bertTellsTheTextsOfAPairApart(String name) throws IOException {
    Fixture fixture = Fixture.of("text/" + name);
    try (SavedModelBundle model = convert(fixture, PaddingInNorm.IGNORED);
        TInt32 ids = fixture.int32(GOLDEN, "padded.input_ids");
        TInt32 types = fixture.int32(GOLDEN, "padded.token_type_ids");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
        Result outputs =
            run(
                model,
                Map.of("input_ids", ids, "token_type_ids", types, "attention_mask", mask),
                List.of("hidden_states"))) {
      assertHiddenStates(fixture, (TFloat32) outputs.get(0));
    }
  }

  @Test
  void tokenTypesOfAPairAreTakenByASignatureOfTheirOwn() throws IOException {
    Fixture fixture = Fixture.of("text/bert");
    try (SavedModelBundle model = convert(fixture, PaddingInNorm.IGNORED);
        TInt32 ids = fixture.int32(GOLDEN, "padded.input_ids");
        TInt32 types = fixture.int32(GOLDEN, "padded.token_type_ids");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
        Result outputs =
            model
                .function("token_type_ids")
                .call(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
      assertHiddenStates(fixture, (TFloat32) outputs.get("hidden_states").orElseThrow());
    }
  }

  @Test
  void encoderWithOneTokenTypeHasOneSignature() throws IOException {
    try (SavedModelBundle model = convert(Fixture.of("text/roberta"), PaddingInNorm.IGNORED)) {
      assertEquals(
          List.of(MetaGraph.DEFAULT_SIGNATURE),
          model.signatures().stream().map(Signature::key).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "num_buckets_320.max_distance_800",
        "num_buckets_32.max_distance_128",
        "num_buckets_32.max_distance_60"
      })
  void relativePositionsFallIntoTransformersBuckets(String table) throws IOException {
    Fixture fixture = Fixture.of("wavlm_buckets");
    String[] sizes = table.replaceAll("[a-z_]", "").split("\\.", -1);
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TInt32 distances = fixture.int32("buckets.safetensors", "relative_position");
        TInt32 expected = fixture.int32("buckets.safetensors", table)) {
      Ops tf = Ops.create(graph);
      var input = tf.placeholder(TInt32.class);
      var buckets =
          RelativePositionBias.bucket(
              tf, input, Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]));
      try (Result result = session.runner().feed(input, distances).fetch(buckets).run()) {
        assertEquals(expected, result.get(0));
      }
    }
  }

  @Test
  void trainGraphDropsAsItsSeedSaysAndServeGraphNever() throws IOException {
    Fixture fixture = Fixture.of("text/roberta");
    Path target = folder.resolve("encoder");
    EncoderConversion.convert(fixture.folder(), target, PaddingInNorm.IGNORED);
    SavedModelCopy.joinGraphs(target); // TensorFlow loads no other file than saved_model.pb
    try (SavedModelBundle serve = SavedModelBundle.load(target.toString(), MetaGraph.SERVE);
        SavedModelBundle train = SavedModelBundle.load(target.toString(), MetaGraph.TRAIN);
        TInt32 ids = fixture.int32(GOLDEN, "padded.input_ids");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask");
        TInt64 five = TInt64.scalarOf(5);
        TInt64 six = TInt64.scalarOf(6)) {
      Map<String, Tensor> inputs = Map.of("input_ids", ids, "attention_mask", mask);
      Map<String, Tensor> withFive =
          Map.of("input_ids", ids, "attention_mask", mask, Dropout.SEED, five);
      Map<String, Tensor> withSix =
          Map.of("input_ids", ids, "attention_mask", mask, Dropout.SEED, six);
      float[] first = fetched(train, withFive);
      assertArrayEquals(first, fetched(train, withFive));
      assertFalse(Arrays.equals(first, fetched(train, withSix)));
      assertArrayEquals(fetched(serve, inputs), fetched(serve, inputs));
      assertFalse(Arrays.equals(first, fetched(serve, inputs)));
    }
  }

  /** Rounding is the writer's; read and computed with are exactly the numbers in the file. */
  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16"})
  void halfPrecisionWeightsGiveWhatTheSameWeightsInFloat32Give(String dtype) throws IOException {
    Fixture fixture = Fixture.of("audio/hubert-tiny");
    Path half = Files.createDirectory(folder.resolve("half"));
    Path wide = Files.createDirectory(folder.resolve("wide"));
    Files.copy(fixture.folder().resolve("config.json"), half.resolve("config.json"));
    Files.copy(fixture.folder().resolve("config.json"), wide.resolve("config.json"));
    try (Checkpoint weights = Checkpoint.open(fixture.folder())) {
      RoundedCheckpoint rounded = RoundedCheckpoint.of(weights, dtype);
      rounded.writeHalf(half.resolve("model.safetensors"));
      rounded.writeFloat32(wide.resolve("model.safetensors"));
    }
    try (TFloat32 input = fixture.float32(GOLDEN, "padded.input_values");
        TInt32 mask = fixture.int32(GOLDEN, "padded.attention_mask")) {
      Map<String, Tensor> inputs = Map.of("input_values", input, "attention_mask", mask);
      float[] expected = encoded(wide, folder.resolve("wide-encoder"), inputs);
      assertArrayEquals(expected, encoded(half, folder.resolve("half-encoder"), inputs));
    }
  }

  private static float[] encoded(Path checkpoint, Path target, Map<String, Tensor> inputs)
      throws IOException {
    EncoderConversion.convert(checkpoint, target, PaddingInNorm.COUNTED);
    try (SavedModelBundle model = SavedModelBundle.load(target.toString(), MetaGraph.SERVE)) {
      return fetched(model, inputs);
    }
  }

  private SavedModelBundle convert(Fixture fixture, PaddingInNorm paddingInNorm)
      throws IOException {
    Path target = folder.resolve("encoder");
    EncoderConversion.convert(fixture.folder(), target, paddingInNorm);
    return SavedModelBundle.load(target.toString(), MetaGraph.SERVE);
  }

  private static float[] fetched(SavedModelBundle model, Map<String, Tensor> inputs) {
    try (Result result = run(model, inputs, List.of("last_hidden_state"))) {
      return floats((TFloat32) result.get(0));
    }
  }

  private static Result run(
      SavedModelBundle model, Map<String, Tensor> inputs, List<String> outputs) {
    Session.Runner runner = model.session().runner();
    inputs.forEach(runner::feed);
    outputs.forEach(runner::fetch);
    return runner.run();
  }

  /** Compares hidden_states [layers + 1, B, T, H] layer by layer. */
  private static void assertHiddenStates(Fixture fixture, TFloat32 hiddenStates)
      throws IOException {
    long layers = hiddenStates.shape().get(0) - 1;
    float[] all = floats(hiddenStates);
    for (int i = 0; i <= layers; i++) {
      String name = i == layers ? "padded.last_hidden_state" : "padded.hidden_states." + i;
      try (TFloat32 expected = fixture.float32(GOLDEN, name)) {
        int size = (int) expected.size();
        float[] layer = Arrays.copyOfRange(all, i * size, (i + 1) * size);
        assertClose(fixture.folder().getFileName() + " " + name, floats(expected), layer, ATOL);
      }
    }
  }

  private static int shortestRow(TInt32 mask) {
    int shortest = 0;
    long fewest = Long.MAX_VALUE;
    for (int row = 0; row < mask.shape().get(0); row++) {
      long samples = 0;
      for (int i = 0; i < mask.shape().get(1); i++) {
        samples += mask.getInt(row, i);
      }
      if (samples < fewest) {
        fewest = samples;
        shortest = row;
      }
    }
    return shortest;
  }
}
