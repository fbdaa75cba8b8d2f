package io.loramer.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import io.loramer.model.testing.TestGraph;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

final class EmotionHeadTest {
  private static final int BATCH = 3;
  private static final int LABELS = 4;
  private static final int SIZE = 10;
  private static final Map<Modality, EncoderSize> BOTH =
      Map.of(Modality.AUDIO, new EncoderSize(6, 2), Modality.TEXT, new EncoderSize(5, 2));
  private static final Map<Modality, Integer> FRAMES = Map.of(Modality.AUDIO, 7, Modality.TEXT, 2);

  @Test
  void scopesAreTheBoxesOfTheFigure() {
    try (Built built = new Built(BOTH, config(PoolingOrder.BEFORE_CONVOLUTIONS))) {
      Ops train = built.graph.tf.withSubScope("train");
      HeadOutputs emotions = built.emotions(train, Dropout.none());
      built.head.losses(train, emotions, built.labels(), Optional.empty());

      Set<String> scopes = new TreeSet<>();
      built
          .graph
          .graph
          .operations()
          .forEachRemaining(
              operation -> {
                String[] path = operation.name().split("/", -1);
                if (path[0].equals("train") && path.length > 2) {
                  boolean branch = path[1].equals("audio") || path[1].equals("text");
                  scopes.add(branch ? path[1] + "/" + path[2] : path[1]);
                }
              });
      assertEquals(
          Set.of(
              "audio/pooling",
              "audio/projection",
              "text/pooling",
              "text/projection",
              "fusion",
              "classifier",
              "mine",
              "loss"),
          scopes);
    }
  }

  @Test
  void everyOperationIsReachableFromAnOutput() {
    for (PoolingOrder order : PoolingOrder.values()) {
      try (Built built = new Built(BOTH, config(order))) {
        HeadOutputs emotions = built.emotions(built.graph.tf, Dropout.none());
        Losses losses =
            built.head.losses(built.graph.tf, emotions, built.labels(), Optional.empty());
        Set<Operand<?>> outputs = new HashSet<>(outputs(emotions));
        outputs.addAll(outputs(losses));
        Set<GraphOperation> reached = built.graph.graph.subgraphTo(outputs);
        List<String> idle = new ArrayList<>();
        built
            .graph
            .graph
            .operations()
            .forEachRemaining(
                operation -> {
                  if (!reached.contains(operation) && !operation.name().startsWith("initial")) {
                    idle.add(operation.name());
                  }
                });
        // Only the outputs themselves have no consumers.
        outputs.forEach(output -> idle.remove(output.asOutput().op().name()));
        assertEquals(List.of(), idle, order.name());
      }
    }
  }

  @Test
  void trainingAndEvaluationShareTheVariables() {
    try (Built built = new Built(BOTH, config(PoolingOrder.BEFORE_CONVOLUTIONS))) {
      int before = built.graph.variables.trainable().size();
      HeadOutputs first = built.emotions(built.graph.tf.withSubScope("train"), Dropout.none());
      HeadOutputs second = built.emotions(built.graph.tf.withSubScope("evaluate"), Dropout.none());
      assertEquals(before, built.graph.variables.trainable().size());
      List<float[]> logits = built.graph.run(List.of(first.logits(), second.logits()));
      assertArrayEquals(logits.get(0), logits.get(1));
    }
  }

  @Test
  void dropoutFollowsItsSeedAndIsAbsentInEvaluation() {
    try (Built built = new Built(BOTH, config(PoolingOrder.BEFORE_CONVOLUTIONS))) {
      Ops tf = built.graph.tf;
      var seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      var train = built.emotions(tf.withSubScope("train"), Dropout.seededBy(seed)).logits();
      var evaluate = built.emotions(tf.withSubScope("evaluate"), Dropout.none()).logits();
      float[] seeded = run(built, train, seed, 1);
      assertArrayEquals(seeded, run(built, train, seed, 1));
      assertFalse(Arrays.equals(seeded, run(built, train, seed, 2)));
      assertFalse(Arrays.equals(seeded, run(built, evaluate, seed, 1)));
      assertArrayEquals(run(built, evaluate, seed, 1), run(built, evaluate, seed, 2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void headOfOneModalityHasNoFusionAndNoMutualInformation(Modality modality) {
    var encoder = Map.of(modality, BOTH.get(modality));
    try (Built built = new Built(encoder, config(PoolingOrder.BEFORE_CONVOLUTIONS))) {
      HeadOutputs emotions = built.emotions(built.graph.tf, Dropout.none());
      Losses losses = built.head.losses(built.graph.tf, emotions, built.labels(), Optional.empty());
      assertTrue(emotions.fusionWeights().isEmpty());
      assertTrue(losses.mutualInformation().isEmpty());
      for (Variable<TFloat32> variable : built.graph.variables.trainable()) {
        String box = variable.name().substring(0, variable.name().indexOf('.'));
        assertTrue(Set.of(modality.scope(), "classifier").contains(box), variable.name());
      }
      List<float[]> values =
          built.graph.run(
              List.of(
                  emotions.logits(), emotions.embedding(), losses.total(), losses.crossEntropy()));
      assertEquals(BATCH * LABELS, values.get(0).length);
      assertEquals(BATCH * SIZE, values.get(1).length);
      assertEquals(values.get(3)[0], values.get(2)[0]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void featuresHaveTheHeadsSizeInEitherOrderOfPooling(PoolingOrder order) {
    try (Built built = new Built(BOTH, config(order))) {
      HeadOutputs emotions = built.emotions(built.graph.tf, Dropout.none());
      for (ModalityFeatures features : emotions.features().values()) {
        assertEquals(BATCH * SIZE, built.graph.run(features.vector()).length);
      }
    }
  }

  @Test
  void missingSequenceIsNamed() {
    try (Built built = new Built(BOTH, config(PoolingOrder.BEFORE_CONVOLUTIONS))) {
      var audioOnly = Map.of(Modality.AUDIO, built.encoded.get(Modality.AUDIO));
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  built.head.forward(built.graph.tf, audioOnly, Optional.empty(), Dropout.none()));
      assertEquals("head: expected a sequence for TEXT, found [AUDIO]", refused.getMessage());
    }
  }

  @Test
  void permutationThatIsNotNeededIsRefused() {
    try (Built built = new Built(BOTH, config(PoolingOrder.BEFORE_CONVOLUTIONS))) {
      HeadOutputs emotions = built.emotions(built.graph.tf, Dropout.none());
      var permutation = Optional.of(built.labels());
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> built.head.losses(built.graph.tf, emotions, built.labels(), permutation));
      assertEquals(
          "loss: expected a permutation for marginals SHUFFLE only; the marginals are ALL_PAIRS",
          refused.getMessage());
    }
  }

  private static float[] run(
      Built built, Operand<TFloat32> wanted, Operand<TInt64> seed, long value) {
    try (TInt64 fed = TInt64.scalarOf(value);
        var result = built.graph.session.runner().feed(seed, fed).fetch(wanted).run()) {
      return TestGraph.floats((TFloat32) result.get(0));
    }
  }

  private static HeadConfig config(PoolingOrder order) {
    return new HeadConfig(
        SIZE,
        OptionalInt.of(3),
        Layers.LAST,
        order,
        0.5f,
        new MineConfig(0.25f, 8, Marginals.ALL_PAIRS, MineEstimator.DV),
        SpeakerConfig.none());
  }

  private static List<Operand<TFloat32>> outputs(HeadOutputs emotions) {
    List<Operand<TFloat32>> outputs = new ArrayList<>();
    outputs.add(emotions.logits());
    outputs.add(emotions.probabilities());
    outputs.add(emotions.embedding());
    emotions.fusionWeights().ifPresent(outputs::add);
    emotions.features().values().forEach(features -> outputs.add(features.attention()));
    return outputs;
  }

  private static List<Operand<TFloat32>> outputs(Losses losses) {
    return List.of(losses.total(), losses.crossEntropy(), losses.mutualInformation().orElseThrow());
  }

  /** A head on random sequences with unknown batch size and frames, as in training. */
  private static final class Built implements AutoCloseable {
    final TestGraph graph = new TestGraph();
    final EmotionHead head;
    final Map<Modality, Sequence> encoded = new EnumMap<>(Modality.class);

    Built(Map<Modality, EncoderSize> encoders, HeadConfig config) {
      head = EmotionHead.create(graph.variables, config, encoders, LABELS);
      graph.variables.initialize(graph.session);
      encoders.forEach(
          (modality, encoder) -> encoded.put(modality, sequence(modality, encoder.hiddenSize())));
    }

    private Sequence sequence(Modality modality, int features) {
      Random random = new Random(features);
      int frames = FRAMES.get(modality);
      float[] states = new float[BATCH * frames * features];
      for (int i = 0; i < states.length; i++) {
        states[i] = (float) random.nextGaussian();
      }
      int[][] mask = new int[BATCH][frames];
      for (int[] row : mask) {
        Arrays.fill(row, 1);
      }
      var x = graph.constant(Shape.of(BATCH, frames, features), states);
      return new Sequence(
          graph.tf.placeholderWithDefault(x, Shape.of(-1, -1, features)),
          graph.tf.placeholderWithDefault(graph.tf.constant(mask), Shape.of(-1, -1)));
    }

    HeadOutputs emotions(Ops tf, Dropout dropout) {
      return head.forward(tf, encoded, Optional.empty(), dropout);
    }

    Operand<TInt32> labels() {
      return graph.tf.constant(new int[] {2, 0, 3});
    }

    @Override
    public void close() {
      graph.close();
    }
  }
}
