package io.loramer.training.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.TensorProto;

/**
 * Golden numbers of TensorBoard 2.21.0:
 *
 * <pre>
 *   from tensorboard.plugins.histogram import summary_v2
 *   summary_v2.histogram_pb('h', np.array([...], np.float32))
 * </pre>
 */
class HistogramTest {
  @Test
  void bucketsAreTensorBoards() {
    TensorProto found = Histogram.of(new float[] {0.5f, -1.5f, 0.25f, 3, 0, -0.25f, 0.5f});
    assertEquals(List.of(30L, 3L), shape(found));
    assertEquals(
        List.of(
            1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1),
        IntStream.range(0, 30).mapToObj(i -> (int) found.getDoubleVal(3 * i + 2)).toList());
    assertRow(-1.5, -1.35, 1, found, 0);
    assertRow(-0.45, -0.3, 0, found, 7);
    assertRow(2.85, 3, 1, found, 29);
  }

  @Test
  void equalValuesAreAllInTheLastBucket() {
    TensorProto found = Histogram.of(new float[] {0.5f, 0.5f, 0.5f});
    assertRow(0.5, 0.5, 0, found, 0);
    assertRow(0.5, 0.5, 3, found, 29);
  }

  private static void assertRow(
      double left, double right, double count, TensorProto found, int row) {
    assertEquals(left, found.getDoubleVal(3 * row), 1e-12);
    assertEquals(right, found.getDoubleVal(3 * row + 1), 1e-12);
    assertEquals(count, found.getDoubleVal(3 * row + 2));
  }

  static List<Long> shape(TensorProto tensor) {
    return tensor.getTensorShape().getDimList().stream().map(dim -> dim.getSize()).toList();
  }
}
