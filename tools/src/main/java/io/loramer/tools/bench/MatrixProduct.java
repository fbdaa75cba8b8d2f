package io.loramer.tools.bench;

import io.loramer.recognition.device.Device;
import io.loramer.tools.console.Interruption;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The matrix product with most of a step's time, 3584×768×3072: the first map of the feed-forward
 * layer over 16 clips of 4.5 s. Its rate is taken as that of the machine.
 */
final class MatrixProduct {
  private static final int ROWS = 3584;
  private static final int INNER = 768;
  private static final int COLUMNS = 3072;

  /** The floating-point operations of one product. */
  static final double FLOPS = 2.0 * ROWS * INNER * COLUMNS;

  private static final int WARM_UP = 3;

  private MatrixProduct() {}

  /** Measures the time of the product on the CPU. */
  static <T extends TFloating> Timing time(Class<T> type, int repetitions) {
    try (Graph graph = new Graph();
        Session session = new Session(graph, new Device("cpu").session())) {
      Ops tf = Ops.create(graph);
      // Fed, since TensorFlow computes a product of constants only once.
      Operand<T> left = tf.placeholder(type);
      Operand<T> right = tf.placeholder(type);
      MatMul<T> product = tf.linalg.matMul(left, right);
      Operand<T> a = random(tf, type, ROWS, INNER);
      Operand<T> b = random(tf, type, INNER, COLUMNS);
      double[] seconds = new double[repetitions];
      try (Result values = session.runner().fetch(a).fetch(b).run()) {
        for (int i = -WARM_UP; i < repetitions; i++) {
          Interruption.check();
          Session.Runner runner =
              session.runner().feed(left, values.get(0)).feed(right, values.get(1));
          long start = System.nanoTime();
          runner.addTarget(product).run().close();
          if (i >= 0) {
            seconds[i] = (System.nanoTime() - start) / 1e9;
          }
        }
      }
      return Timing.of(seconds);
    }
  }

  private static <T extends TFloating> Operand<T> random(Ops tf, Class<T> type, int... shape) {
    return tf.dtypes.cast(tf.random.randomStandardNormal(tf.constant(shape), TFloat32.class), type);
  }
}
