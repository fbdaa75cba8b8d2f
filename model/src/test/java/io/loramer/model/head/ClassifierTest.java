package io.loramer.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.model.information.MineConfig;
import io.loramer.model.testing.TestGraph;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

final class ClassifierTest {
  private static final int SIZE = 5;
  private static final int LABELS = 4;

  /** Two speakers with three numbers each; the first row is that of the unknown. */
  private static final SpeakerConfig WITH_SPEAKERS =
      new SpeakerConfig(OptionalInt.of(3), List.of("Ann", "Bob"));

  private static final float[] ROWS = {.1f, -.2f, .3f, 1, 2, -3, -2, 1, .5f};

  private final TestGraph graph = new TestGraph();

  @AfterEach
  void close() {
    graph.close();
  }

  @Test
  void speakersAreNumberedFromOneAndUnknownOnesAreZero() {
    assertEquals(
        List.of(1, 2, 0, 0),
        List.of("Ann", "Bob", "ann", "Eve").stream().map(WITH_SPEAKERS::row).toList());
  }

  @Test
  void headWithoutSpeakerSizeHasNoRowsAndRefusesSpeakers() {
    Classifier classifier = classifier(SpeakerConfig.none());
    assertEquals(
        List.of(
            "classifier.0.weight", "classifier.0.bias", "classifier.1.weight", "classifier.1.bias"),
        graph.variables.trainable().stream().map(Variable::name).toList());
    assertEquals(Shape.of(SIZE, SIZE), graph.variable("classifier.0.weight").shape());
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> classifier.logits(graph.tf, features(2), rows(0, 0), Dropout.none()));
    assertEquals(
        "head: expected no speakers without speaker.size, found some", refused.getMessage());
  }

  @Test
  void rowOfASpeakerChangesTheLogitsOfThatSpeakerOnly() {
    var logits =
        classifier(WITH_SPEAKERS).logits(graph.tf, features(3), rows(1, 0, 2), Dropout.none());
    graph.assign(graph.variable("speaker.rows"), ROWS);
    float[] before = graph.run(logits);
    float[] changed = ROWS.clone();
    changed[8] += 1; // Bob's
    graph.assign(graph.variable("speaker.rows"), changed);
    float[] after = graph.run(logits);
    assertArrayEquals(row(before, 0), row(after, 0));
    assertArrayEquals(row(before, 1), row(after, 1));
    assertFalse(Arrays.equals(row(before, 2), row(after, 2)));
  }

  @Test
  void withoutSpeakersAllAreUnknown() {
    Classifier classifier = classifier(WITH_SPEAKERS);
    graph.assign(graph.variable("speaker.rows"), ROWS);
    var withoutSpeakers =
        classifier.logits(graph.tf, features(3), Optional.empty(), Dropout.none());
    var unknown = classifier.logits(graph.tf, features(3), rows(0, 0, 0), Dropout.none());
    List<float[]> logits = graph.run(List.of(withoutSpeakers, unknown));
    assertArrayEquals(logits.get(1), logits.get(0));
  }

  @Test
  void allSpeakersStartAsUnknown() {
    Classifier classifier = classifier(WITH_SPEAKERS);
    var known = classifier.logits(graph.tf, features(3), rows(1, 2, 1), Dropout.none());
    var unknown = classifier.logits(graph.tf, features(3), rows(0, 0, 0), Dropout.none());
    List<float[]> logits = graph.run(List.of(known, unknown));
    assertArrayEquals(logits.get(1), logits.get(0));
  }

  @Test
  void onlyTheRowsOfTheBatchGetGradients() {
    var logits =
        classifier(WITH_SPEAKERS).logits(graph.tf, features(2), rows(2, 0), Dropout.none());
    var loss = graph.tf.sum(graph.tf.math.square(logits), graph.tf.constant(new int[] {0, 1}));
    var rows = graph.variable("speaker.rows").value();
    float[] gradient = graph.run(graph.gradients(loss, List.of(rows)).get(0));
    for (int i = 0; i < gradient.length; i++) {
      boolean ofAnn = i / 3 == 1;
      assertEquals(ofAnn, gradient[i] == 0, "element " + i);
    }
  }

  /** 4001 utterances of one speaker: 400 ± 19 (one standard deviation) are expected as unknown. */
  @Test
  void trainingReplacesATenthByUnknownReproduciblyPerSeed() {
    int batch = 4001;
    int[] ann = new int[batch];
    Arrays.fill(ann, 1);
    Classifier classifier = classifier(WITH_SPEAKERS);
    graph.assign(graph.variable("speaker.rows"), ROWS);
    var same = graph.constant(Shape.of(batch, SIZE), new float[batch * SIZE]);
    var seed = graph.tf.placeholder(TInt64.class);
    var logits = classifier.logits(graph.tf, same, rows(ann), Dropout.seededBy(seed));
    var one = graph.constant(Shape.of(1, SIZE), new float[SIZE]);
    float unknown =
        graph.run(classifier.logits(graph.tf, one, Optional.empty(), Dropout.none()))[0];

    float[] first = run(logits, seed, 1);
    int taken = 0;
    for (int i = 0; i < batch; i++) {
      taken += Math.abs(first[i * LABELS] - unknown) < 1e-6f ? 1 : 0;
    }
    assertEquals(400, taken, 95);
    assertArrayEquals(first, run(logits, seed, 1));
    assertFalse(Arrays.equals(first, run(logits, seed, 2)));
  }

  private float[] run(Operand<TFloat32> wanted, Operand<TInt64> seed, long value) {
    try (TInt64 fed = TInt64.scalarOf(value);
        var result = graph.session.runner().feed(seed, fed).fetch(wanted).run()) {
      return TestGraph.floats((TFloat32) result.get(0));
    }
  }

  private Classifier classifier(SpeakerConfig speaker) {
    HeadConfig head =
        new HeadConfig(
            SIZE,
            OptionalInt.empty(),
            Layers.LAST,
            PoolingOrder.BEFORE_CONVOLUTIONS,
            0, // of features: only speakers are dropped here
            MineConfig.defaults(),
            speaker);
    Classifier classifier = new Classifier(graph.variables, head, LABELS);
    graph.variables.initialize(graph.session);
    return classifier;
  }

  private Operand<TFloat32> features(int batch) {
    float[] values = new float[batch * SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(1 + 0.7 * i);
    }
    return graph.constant(Shape.of(batch, SIZE), values);
  }

  private Optional<Operand<TInt32>> rows(int... rows) {
    return Optional.of(graph.tf.constant(rows));
  }

  private static float[] row(float[] logits, int row) {
    return Arrays.copyOfRange(logits, row * LABELS, (row + 1) * LABELS);
  }
}
