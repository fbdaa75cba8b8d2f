package io.loramer.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import io.loramer.model.testing.TestGraph;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.weights.Safetensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The whole head against PyTorch 2.13, in float32 on one thread: sizes, weights, inputs, every
 * intermediate and every gradient are in fixtures/head, written by gen_torch.py, which implements
 * the paper's equations independently. Audio has lengths 19 7 30 1 23 12, text 5 11 1 8 3 9, padded
 * with large values; the marginals are one shuffle. The tolerances are those of the script: ten
 * times the difference between float32 and float64.
 */
final class HeadGoldenTest {
  private static final float VALUES = 5e-6f;
  private static final float GRADIENTS = 2e-6f;

  private static final int AUDIO_FEATURES = 20;
  private static final int TEXT_FEATURES = 14;
  private static final int SIZE = 16;
  private static final HeadConfig CONFIG =
      new HeadConfig(
          SIZE,
          OptionalInt.of(12),
          Layers.LAST,
          PoolingOrder.BEFORE_CONVOLUTIONS,
          0.1f,
          new MineConfig(0.25f, 24, Marginals.SHUFFLE, MineEstimator.DV),
          SpeakerConfig.none());

  /** The names of our variables and those of the fixture. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("audio.pooling.attention.weight", "audio.pool.W.weight"),
          Map.entry("audio.pooling.attention.bias", "audio.pool.W.bias"),
          Map.entry("audio.pooling.score.weight", "audio.pool.v"),
          Map.entry("audio.pooling.score.bias", "audio.pool.k"),
          Map.entry("audio.projection.0.weight", "audio.conv1.weight"),
          Map.entry("audio.projection.0.bias", "audio.conv1.bias"),
          Map.entry("audio.projection.1.weight", "audio.conv2.weight"),
          Map.entry("audio.projection.1.bias", "audio.conv2.bias"),
          Map.entry("text.pooling.attention.weight", "text.pool.W.weight"),
          Map.entry("text.pooling.attention.bias", "text.pool.W.bias"),
          Map.entry("text.pooling.score.weight", "text.pool.v"),
          Map.entry("text.pooling.score.bias", "text.pool.k"),
          Map.entry("text.projection.0.weight", "text.conv1.weight"),
          Map.entry("text.projection.0.bias", "text.conv1.bias"),
          Map.entry("text.projection.1.weight", "text.conv2.weight"),
          Map.entry("text.projection.1.bias", "text.conv2.bias"),
          Map.entry("fusion.W_f", "W_f"),
          Map.entry("fusion.w_f", "w_f"),
          Map.entry("classifier.0.weight", "fc1.weight"),
          Map.entry("classifier.0.bias", "fc1.bias"),
          Map.entry("classifier.1.weight", "fc2.weight"),
          Map.entry("classifier.1.bias", "fc2.bias"),
          Map.entry("mine.0.weight", "mine.fc1.weight"),
          Map.entry("mine.0.bias", "mine.fc1.bias"),
          Map.entry("mine.1.weight", "mine.fc2.weight"),
          Map.entry("mine.1.bias", "mine.fc2.bias"));

  @Test
  void everyIntermediateEqualsPyTorch() throws IOException {
    try (Golden golden = new Golden();
        Safetensors expected = open("expected")) {
      Map<String, Operand<TFloat32>> wanted = new LinkedHashMap<>();
      for (Modality modality : Modality.values()) {
        String scope = modality.scope();
        ModalityFeatures features = golden.emotions.features().get(modality);
        wanted.put(scope + ".e", golden.output(scope + "/pooling/scores"));
        wanted.put(scope + ".alpha", features.attention());
        wanted.put(scope + ".pooled", golden.output(scope + "/pooling/statistics"));
        wanted.put(scope + ".mu", golden.half(scope + "/pooling/statistics", 0));
        wanted.put(scope + ".sigma", golden.half(scope + "/pooling/statistics", 1));
        wanted.put(scope + ".conv1_relu", golden.output(scope + "/projection/Relu"));
        wanted.put(scope + ".f", features.vector());
      }
      var transposed = golden.head.tf.constant(new int[] {0, 2, 1}); // theirs is [B, D, 2]
      wanted.put(
          "f_cat", golden.head.tf.linalg.transpose(golden.output("fusion/f_cat"), transposed));
      wanted.put("fusion_score", golden.output("fusion/scores"));
      wanted.put("alpha_fuse", golden.emotions.fusionWeights().orElseThrow());
      wanted.put("h", golden.emotions.embedding());
      wanted.put("logits", golden.emotions.logits());
      wanted.put("t_joint", golden.output("mine/joint/Squeeze"));
      wanted.put("t_marginal", golden.output("mine/marginal/Squeeze"));
      wanted.put("ce", golden.losses.crossEntropy());
      wanted.put("mi", golden.losses.mutualInformation().orElseThrow());
      wanted.put("loss", golden.losses.total());
      assertEquals(expected.names(), wanted.keySet(), "intermediates compared");
      assertSame(golden.head, expected, wanted, VALUES);
    }
  }

  @Test
  void everyGradientEqualsPyTorch() throws IOException {
    try (Golden golden = new Golden();
        Safetensors expected = open("grads")) {
      Map<String, Operand<TFloat32>> of = new LinkedHashMap<>();
      for (Variable<TFloat32> variable : golden.head.variables.trainable()) {
        of.put(NAMES.get(variable.name()), variable.value());
      }
      of.put("f_a", golden.emotions.features().get(Modality.AUDIO).vector());
      of.put("f_t", golden.emotions.features().get(Modality.TEXT).vector());
      of.put("audio_x", golden.audio);
      of.put("text_x", golden.text);
      assertEquals(expected.names(), of.keySet(), "gradients compared");

      var gradients = golden.head.gradients(golden.losses.total(), List.copyOf(of.values()));
      Map<String, Operand<TFloat32>> wanted = new LinkedHashMap<>();
      of.keySet().forEach(name -> wanted.put(name, gradients.get(wanted.size())));
      assertSame(golden.head, expected, wanted, GRADIENTS);
    }
  }

  private static void assertSame(
      TestGraph head, Safetensors expected, Map<String, Operand<TFloat32>> wanted, float tolerance)
      throws IOException {
    List<float[]> found = head.run(List.copyOf(wanted.values()));
    int i = 0;
    for (String name : wanted.keySet()) {
      assertArrayEquals(floats(expected, name), found.get(i++), tolerance, name);
    }
  }

  private static Safetensors open(String name) throws IOException {
    try {
      var resource = HeadGoldenTest.class.getResource("/fixtures/head/" + name + ".safetensors");
      return Safetensors.open(Path.of(resource.toURI()));
    } catch (URISyntaxException e) {
      throw new IOException(name, e);
    }
  }

  private static float[] floats(Safetensors file, String name) throws IOException {
    try (TFloat32 tensor = file.float32(name)) {
      return TestGraph.floats(tensor);
    }
  }

  /** The head with the fixture's weights, on the fixture's inputs. */
  private static final class Golden implements AutoCloseable {
    final TestGraph head = new TestGraph();
    final Operand<TFloat32> audio;
    final Operand<TFloat32> text;
    final HeadOutputs emotions;
    final Losses losses;

    Golden() throws IOException {
      EmotionHead made =
          EmotionHead.create(
              head.variables,
              CONFIG,
              Map.of(
                  Modality.AUDIO, new EncoderSize(AUDIO_FEATURES, 1),
                  Modality.TEXT, new EncoderSize(TEXT_FEATURES, 1)),
              4);
      try (Safetensors weights = open("weights")) {
        Set<String> unused = new HashSet<>(weights.names());
        for (Variable<TFloat32> variable : head.variables.trainable()) {
          String name = NAMES.get(variable.name());
          head.assign(variable, floats(weights, name));
          unused.remove(name);
        }
        assertTrue(unused.isEmpty(), () -> "the head has no " + unused);
      }
      try (Safetensors inputs = open("inputs")) {
        audio = head.constant(inputs.shape("audio_x"), floats(inputs, "audio_x"));
        text = head.constant(inputs.shape("text_x"), floats(inputs, "text_x"));
        var encoded =
            Map.of(
                Modality.AUDIO, new Sequence(audio, ints(inputs, "audio_mask")),
                Modality.TEXT, new Sequence(text, ints(inputs, "text_mask")));
        emotions = made.forward(head.tf, encoded, Optional.empty(), Dropout.none());
        losses =
            made.losses(
                head.tf, emotions, ints(inputs, "labels"), Optional.of(ints(inputs, "perm")));
      }
    }

    private Operand<TInt32> ints(Safetensors file, String name) throws IOException {
      int[] values = Arrays.stream(file.integers(name)).mapToInt(Math::toIntExact).toArray();
      return head.tf.constant(file.shape(name), DataBuffers.of(values));
    }

    Operand<TFloat32> output(String operation) {
      return head.graph.operationOrThrow(operation).<TFloat32>output(0);
    }

    /** Returns the first or the second half of the last axis. */
    Operand<TFloat32> half(String operation, int half) {
      var tf = head.tf;
      return tf.split(tf.constant(1), output(operation), 2L).output().get(half);
    }

    @Override
    public void close() {
      head.close();
    }
  }
}
