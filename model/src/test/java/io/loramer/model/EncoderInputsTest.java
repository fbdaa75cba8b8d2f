package io.loramer.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.model.testing.TestGraph;
import io.loramer.savedmodels.imports.EncoderInput;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The ops between the inputs of the model and those of its encoders. */
final class EncoderInputsTest {
  /** By gen_torch.py (transformers 5.18): Wav2Vec2FeatureExtractor, {@code do_normalize} true. */
  private static final Path GOLDEN =
      Path.of("../savedmodels/src/test/resources/fixtures/audio/wavlm-large/golden.safetensors");

  private static final float ATOL = 2e-6f;

  private static final OptionalLong ANY_LENGTH = OptionalLong.empty();

  @Test
  void waveformsAreNormalizedAsByTransformersWhateverTheirPadding() throws IOException {
    try (Safetensors golden = Safetensors.open(GOLDEN);
        TFloat32 expected = golden.float32("padded.input_values")) {
      int columns = Math.toIntExact(expected.shape().get(1));
      List<float[]> clips = new ArrayList<>();
      for (int i = 0; i < expected.shape().get(0); i++) {
        try (TFloat32 raw = golden.float32("raw." + i)) {
          clips.add(TestGraph.floats(raw));
        }
      }
      for (float behind : new float[] {0, -123.5f}) {
        List<float[]> outputs = run(new WaveformInput(true, ANY_LENGTH), clips, columns, behind);
        assertArrayEquals(TestGraph.floats(expected), outputs.get(0), ATOL);
        assertArrayEquals(mask(golden), outputs.get(1));
      }
    }
  }

  @Test
  void waveformsOfEncodersWithoutNormalizationAreUnchanged() {
    List<float[]> clips = List.of(new float[] {.5f, -2, 3}, new float[] {7});
    List<float[]> outputs = run(new WaveformInput(false, ANY_LENGTH), clips, 5, 9);
    assertArrayEquals(new float[] {.5f, -2, 3, 0, 0, 7, 0, 0, 0, 0}, outputs.get(0));
    assertArrayEquals(new float[] {1, 1, 1, 0, 0, 1, 0, 0, 0, 0}, outputs.get(1));
  }

  @Test
  void waveformsAreAsLongAsTheEncodersOnlyLength() {
    List<float[]> clips = List.of(new float[] {.5f, -2}, new float[] {7});
    List<float[]> outputs = run(new WaveformInput(false, OptionalLong.of(4)), clips, 3, 9);
    assertArrayEquals(new float[] {.5f, -2, 0, 0, 7, 0, 0, 0}, outputs.get(0));
    assertArrayEquals(new float[] {1, 1, 0, 0, 1, 0, 0, 0}, outputs.get(1));
  }

  @Test
  void waveformsLongerThanTheEncodersOnlyLengthAreNotCropped() {
    List<float[]> clips = List.of(new float[] {.5f, -2, 3});
    List<float[]> outputs = run(new WaveformInput(false, OptionalLong.of(2)), clips, 3, 9);
    assertArrayEquals(new float[] {.5f, -2, 3}, outputs.get(0));
  }

  @Test
  void silenceStaysSilence() {
    List<float[]> outputs = run(new WaveformInput(true, ANY_LENGTH), List.of(new float[3]), 4, 2);
    assertArrayEquals(new float[4], outputs.get(0));
  }

  @Test
  void paddingIdsAreReplacedByThoseOfTheEncoder() {
    try (TInt32 ids = ints(Shape.of(2, 4), 5, 6, 7, 5, 8, 5, 5, 5);
        TInt32 lengths = ints(Shape.of(2), 3, 1)) {
      List<float[]> outputs =
          run(new TokenInput(11), Map.of("input_ids", ids, "text_lengths", lengths), "input_ids");
      assertArrayEquals(new float[] {5, 6, 7, 11, 8, 11, 11, 11}, outputs.get(0));
      assertArrayEquals(new float[] {1, 1, 1, 0, 1, 0, 0, 0}, outputs.get(1));
    }
  }

  private static float[] mask(Safetensors golden) throws IOException {
    long[] integers = golden.integers("padded.attention_mask");
    float[] mask = new float[integers.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = integers[i];
    }
    return mask;
  }

  /** Returns input_values and attention_mask of clips in a batch padded with a number. */
  private static List<float[]> run(
      WaveformInput stage, List<float[]> clips, int columns, float behind) {
    int[] lengths = clips.stream().mapToInt(clip -> clip.length).toArray();
    float[] batch = new float[clips.size() * columns];
    Arrays.fill(batch, behind);
    for (int i = 0; i < clips.size(); i++) {
      System.arraycopy(clips.get(i), 0, batch, i * columns, lengths[i]);
    }
    try (TFloat32 values =
            TFloat32.tensorOf(Shape.of(clips.size(), columns), DataBuffers.of(batch));
        TInt32 sizes = TInt32.vectorOf(lengths)) {
      return run(stage, Map.of("input_values", values, "audio_lengths", sizes), "input_values");
    }
  }

  /** Returns an output and the attention mask, flat. */
  private static List<float[]> run(EncoderInput stage, Map<String, Tensor> inputs, String output) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Map<String, Operand<?>> outputs = stage.build(Ops.create(graph));
      Session.Runner runner = session.runner();
      inputs.forEach(runner::feed);
      runner.fetch(outputs.get(output)).fetch(outputs.get("attention_mask"));
      try (Result result = runner.run()) {
        assertEquals(2, outputs.size());
        return List.of(floats(result.get(0)), floats(result.get(1)));
      }
    }
  }

  private static float[] floats(Tensor tensor) {
    if (tensor instanceof TFloat32 floats) {
      return TestGraph.floats(floats);
    }
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((TInt32) tensor).asRawTensor().data().asInts().getInt(i);
    }
    return values;
  }

  private static TInt32 ints(Shape shape, int... values) {
    return TInt32.tensorOf(shape, DataBuffers.of(values));
  }
}
