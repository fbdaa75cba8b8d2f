package io.loramer.training.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.TensorProto;

class PrecisionRecallCurveTest {
  private static final float[] PROBABILITIES = {0.05f, 0.3f, 0.35f, 0.62f, 0.7f, 0.999f, 1};
  private static final boolean[] TRUE = {false, true, false, true, false, true, true};

  /**
   * Golden numbers of TensorBoard 2.21.0:
   *
   * <pre>
   *   from tensorboard.plugins.pr_curve import summary
   *   summary.pb('x', labels=TRUE, predictions=PROBABILITIES, num_thresholds=101)
   * </pre>
   */
  @Test
  void countsAndQuotientsAreTensorBoards() {
    TensorProto found = PrecisionRecallCurve.of("anger", predictions());
    assertEquals(List.of(6L, 101L), HistogramTest.shape(found));
    assertEquals(List.of(4f, 3f, 0f, 0f, 0.5714286f, 1f), column(found, 5));
    assertEquals(List.of(4f, 2f, 1f, 0f, 0.6666667f, 1f), column(found, 6));
    assertEquals(List.of(3f, 2f, 1f, 1f, 0.6f, 0.75f), column(found, 31));
    assertEquals(List.of(2f, 1f, 2f, 2f, 0.6666667f, 0.5f), column(found, 63));
    assertEquals(List.of(1f, 0f, 3f, 3f, 1f, 0.25f), column(found, 100));
  }

  @Test
  void labelWithoutUtterancesGivesZeros() {
    List<Prediction> others = predictions().stream().filter(p -> p.label().equals("calm")).toList();
    assertEquals(
        List.of(0f, 3f, 0f, 0f, 0f, 0f), column(PrecisionRecallCurve.of("anger", others), 0));
  }

  private static List<Prediction> predictions() {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < TRUE.length; i++) {
      Map<String, Float> shares = Map.of("anger", PROBABILITIES[i], "calm", 1 - PROBABILITIES[i]);
      Recognition recognized = new Recognition("anger", shares, Optional.empty());
      String label = TRUE[i] ? "anger" : "calm";
      predictions.add(new Prediction("u" + i, Optional.empty(), "anna", label, recognized));
    }
    return predictions;
  }

  private static List<Float> column(TensorProto tensor, int threshold) {
    List<Float> column = new ArrayList<>();
    for (int row = 0; row < 6; row++) {
      column.add(tensor.getFloatVal(row * 101 + threshold));
    }
    return column;
  }
}
