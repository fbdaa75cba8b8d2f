package io.loramer.recognition.measures;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ConfusionMatrixTest {
  private static final List<String> LABELS = List.of("anger", "happiness", "neutral", "sadness");

  /**
   * The fixture holds what scikit-learn 1.9.1 gives with zero_division=0: accuracy_score,
   * recall_score(average="macro", labels=those in y_true), f1_score(average="macro", labels=all).
   */
  @TestFactory
  Stream<DynamicTest> measuresAreThoseOfScikitLearn() throws IOException {
    JsonNode cases;
    try (InputStream golden = getClass().getResourceAsStream("/fixtures/metrics/metrics.json")) {
      cases = new ObjectMapper().readTree(golden).get("cases");
    }
    return StreamSupport.stream(cases.spliterator(), false)
        .map(golden -> DynamicTest.dynamicTest(golden.get("name").asText(), () -> check(golden)));
  }

  private static void check(JsonNode golden) {
    ConfusionMatrix matrix =
        ConfusionMatrix.of(LABELS, integers(golden.get("y_true")), integers(golden.get("y_pred")));

    double ua = golden.get("UA_mean_recall_labels_present_in_y_true").asDouble();
    assertAll(
        () -> assertEquals(golden.get("WA_accuracy").asDouble(), matrix.weightedAccuracy(), 1e-9),
        () -> assertEquals(ua, matrix.unweightedAccuracy(), 1e-9),
        () -> assertEquals(golden.get("macro_f1").asDouble(), matrix.macroF1(), 1e-9));
    for (int i = 0; i < LABELS.size(); i++) {
      assertEquals(golden.get("recall").get(i).asDouble(), matrix.recall(i), 1e-9);
      assertEquals(golden.get("f1").get(i).asDouble(), matrix.f1(i), 1e-9);
      for (int j = 0; j < LABELS.size(); j++) {
        int count = golden.get("confusion_rows_true_cols_pred").get(i).get(j).asInt();
        assertEquals(count, matrix.count(i, j));
      }
    }
  }

  @Test
  void tableHasTrueClassesInRows() {
    ConfusionMatrix matrix =
        ConfusionMatrix.of(
            List.of("joy", "sadness"), new int[] {0, 0, 0, 1, 1}, new int[] {0, 1, 0, 1, 1});

    assertEquals(
        """
        true           joy  sadness   recall       F1
        joy              2        1    0.667    0.800
        sadness          0        2    1.000    0.800
        WA 0.800   UA 0.833   macro-F1 0.800\
        """,
        matrix.toString());
  }

  @Test
  void unequalOrEmptyPredictionsAreRefused() {
    int[] three = {0, 1, 0};
    int[] none = {};

    assertThrows(
        IllegalArgumentException.class, () -> ConfusionMatrix.of(LABELS, three, new int[2]));
    assertThrows(IllegalArgumentException.class, () -> ConfusionMatrix.of(LABELS, none, none));
  }

  private static int[] integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
