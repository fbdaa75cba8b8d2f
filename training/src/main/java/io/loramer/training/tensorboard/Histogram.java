package io.loramer.training.tensorboard;

import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Computes a histogram in the form of TensorBoard's {@code tf.summary.histogram}.
 *
 * <p>It has {@value #BUCKETS} buckets of equal width from the smallest value to the largest. If all
 * values are equal, every bucket has that value as both of its edges and the last holds them all.
 *
 * @see <a
 *     href="https://github.com/tensorflow/tensorboard/blob/2.21.0/tensorboard/plugins/histogram/summary_v2.py">histogram_pb</a>
 */
final class Histogram {
  private static final int BUCKETS = 30;

  private Histogram() {}

  /**
   * Computes the histogram of some values.
   *
   * @param values finite, at least one
   * @return float64 [{@value #BUCKETS}, 3]: left edge, right edge, count
   */
  static TensorProto of(float[] values) {
    double least = values[0];
    double greatest = values[0];
    for (float value : values) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    double width = (greatest - least) / BUCKETS;
    int[] counts = new int[BUCKETS];
    for (float value : values) {
      int bucket = width == 0 ? BUCKETS : (int) ((value - least) / width);
      counts[Math.min(bucket, BUCKETS - 1)]++; // the greatest value belongs to the last
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(DataType.DT_DOUBLE);
    for (int i = 0; i < BUCKETS; i++) {
      tensor
          .addDoubleVal(least + i * width)
          .addDoubleVal(i == BUCKETS - 1 ? greatest : least + (i + 1) * width)
          .addDoubleVal(counts[i]);
    }
    TensorShapeProto.Builder shape = tensor.getTensorShapeBuilder();
    shape.addDimBuilder().setSize(BUCKETS);
    shape.addDimBuilder().setSize(3);
    return tensor.build();
  }
}
