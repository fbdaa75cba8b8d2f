package io.loramer.training.tensorboard;

import io.loramer.recognition.measures.Prediction;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Computes the precision-recall curve of one label in the form of TensorBoard's {@code pr_curves}.
 *
 * <p>An utterance counts as positive if the label's probability reaches a threshold t, of which
 * there are {@value #THRESHOLDS} from 0 to 1.
 *
 * <pre>
 *   precision(t) = TP(t) / (TP(t) + FP(t))      recall(t) = TP(t) / (TP(t) + FN(t))
 * </pre>
 *
 * <p>Probabilities are rounded down to thresholds. A quotient whose divisor is 0 counts as 0.
 *
 * @see <a
 *     href="https://github.com/tensorflow/tensorboard/blob/2.21.0/tensorboard/plugins/pr_curve/summary.py">pr_curve
 *     summary</a>
 */
final class PrecisionRecallCurve {
  static final int THRESHOLDS = 101;

  /** TensorBoard's own replacement for a divisor of 0. */
  private static final double LEAST_COUNT = 1e-7;

  private PrecisionRecallCurve() {}

  /**
   * Computes the curve of a label.
   *
   * @return float32 [6, {@value #THRESHOLDS}]: true positives, false positives, true negatives,
   *     false negatives, precision, recall
   */
  static TensorProto of(String label, List<Prediction> predictions) {
    int[] truePositives = new int[THRESHOLDS];
    int[] falsePositives = new int[THRESHOLDS];
    for (Prediction prediction : predictions) {
      float probability = prediction.recognized().probabilities().get(label);
      int threshold = (int) Math.min(probability * (THRESHOLDS - 1), THRESHOLDS - 1f);
      (prediction.label().equals(label) ? truePositives : falsePositives)[threshold]++;
    }
    for (int i = THRESHOLDS - 2; i >= 0; i--) { // what passes a threshold passes those below
      truePositives[i] += truePositives[i + 1];
      falsePositives[i] += falsePositives[i + 1];
    }
    double[][] rows = new double[6][THRESHOLDS];
    for (int i = 0; i < THRESHOLDS; i++) {
      rows[0][i] = truePositives[i];
      rows[1][i] = falsePositives[i];
      rows[2][i] = falsePositives[0] - falsePositives[i];
      rows[3][i] = truePositives[0] - truePositives[i];
      rows[4][i] = rows[0][i] / Math.max(LEAST_COUNT, rows[0][i] + rows[1][i]);
      rows[5][i] = rows[0][i] / Math.max(LEAST_COUNT, rows[0][i] + rows[3][i]);
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
    for (double[] row : rows) {
      for (double value : row) {
        tensor.addFloatVal((float) value);
      }
    }
    TensorShapeProto.Builder shape = tensor.getTensorShapeBuilder();
    shape.addDimBuilder().setSize(rows.length);
    shape.addDimBuilder().setSize(THRESHOLDS);
    return tensor.build();
  }
}
