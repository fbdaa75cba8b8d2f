package io.loramer.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.model.head.AttentiveStatisticsPooling.Pooled;
import io.loramer.model.testing.CentralDifferences;
import io.loramer.model.testing.TestGraph;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

final class AttentiveStatisticsPoolingTest {
  private static final int FRAMES = 7;
  private static final int FEATURES = 5;
  private static final int ATTENTION = 4;
  private static final int[] LENGTHS = {7, 3, 1};
  private static final float FLOOR_DEVIATION = (float) Math.sqrt(1e-5);

  @Test
  void paddingDoesNotChangePooling() {
    try (Pooling pooling = new Pooling()) {
      float[] x = random();
      float[] withOtherPadding = x.clone();
      for (int row = 0; row < LENGTHS.length; row++) {
        int from = (row * FRAMES + LENGTHS[row]) * FEATURES;
        Arrays.fill(withOtherPadding, from, (row + 1) * FRAMES * FEATURES, -1e6f);
      }
      Pooled pooled = pooling.pool(x, FRAMES, LENGTHS);
      Pooled other = pooling.pool(withOtherPadding, FRAMES, LENGTHS);
      assertArrayEquals(pooling.graph.run(pooled.vector()), pooling.graph.run(other.vector()));

      float[] alone = Arrays.copyOfRange(x, FRAMES * FEATURES, (FRAMES + 3) * FEATURES);
      float[] unpadded = pooling.graph.run(pooling.pool(alone, 3, new int[] {3}).vector());
      float[] batched = row(pooling.graph.run(pooled.vector()), 1, 2 * FEATURES);
      assertArrayEquals(unpadded, batched, 1e-6f);
    }
  }

  @Test
  void attentionIsZeroOnPaddingAndSumsToOne() {
    try (Pooling pooling = new Pooling()) {
      float[] alpha = pooling.graph.run(pooling.pool(random(), FRAMES, LENGTHS).attention());
      for (int row = 0; row < LENGTHS.length; row++) {
        float[] frames = row(alpha, row, FRAMES);
        double sum = 0;
        for (int t = 0; t < FRAMES; t++) {
          sum += frames[t];
          assertEquals(t < LENGTHS[row], frames[t] > 0, "row " + row + ", frame " + t);
        }
        assertEquals(1, sum, 1e-6);
      }
    }
  }

  @Test
  void oneValidFrameGivesThatFrameAndTheFloorDeviation() {
    try (Pooling pooling = new Pooling()) {
      float[] x = random();
      int last = LENGTHS.length - 1;
      float[] pooled = pooling.graph.run(pooling.pool(x, FRAMES, LENGTHS).vector());
      float[] expected = new float[2 * FEATURES];
      System.arraycopy(x, last * FRAMES * FEATURES, expected, 0, FEATURES);
      Arrays.fill(expected, FEATURES, 2 * FEATURES, FLOOR_DEVIATION);
      assertArrayEquals(expected, row(pooled, last, 2 * FEATURES));
    }
  }

  @Test
  void deviationOfALargeFeatureIsNotLostToRounding() {
    try (Pooling pooling = new Pooling()) {
      // Scores of tanh units that saturate are equal, so the weights are: deviation 0.5 about 3000.
      float[] x = new float[2 * FEATURES];
      Arrays.fill(x, 0, FEATURES, 3000.5f);
      Arrays.fill(x, FEATURES, 2 * FEATURES, 2999.5f);
      float[] pooled = pooling.graph.run(pooling.pool(x, 2, new int[] {2}).vector());
      assertEquals(0.5f, pooled[FEATURES], 1e-3f);
    }
  }

  @Test
  void gradientsMatchFiniteDifferences() {
    try (Pooling pooling = new Pooling()) {
      float[] x = random();
      var frames = pooling.frames(x, FRAMES);
      Operand<TFloat32> weight = pooling.graph.variable("attention.weight").value();
      Pooled pooled = pooling.pool(frames, FRAMES, LENGTHS);
      var tf = pooling.graph.tf;
      var sum = tf.sum(tf.math.square(pooled.vector()), tf.constant(new int[] {0, 1}));
      List<float[]> found =
          pooling.graph.run(pooling.graph.gradients(sum, List.of(frames, weight)));

      Written written = new Written(pooling);
      double[] at = CentralDifferences.doubles(x);
      assertArrayEquals(
          CentralDifferences.gradient(moved -> written.sumOfSquares(moved, written.weight), at),
          found.get(0),
          1e-5f);
      assertArrayEquals(
          CentralDifferences.gradient(moved -> written.sumOfSquares(at, moved), written.weight),
          found.get(1),
          1e-5f);
    }
  }

  private static float[] random() {
    Random random = new Random(5);
    float[] x = new float[LENGTHS.length * FRAMES * FEATURES];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static float[] row(float[] values, int row, int size) {
    return Arrays.copyOfRange(values, row * size, (row + 1) * size);
  }

  /** The pooling layer with random weights. */
  private static final class Pooling implements AutoCloseable {
    final TestGraph graph = new TestGraph();
    final AttentiveStatisticsPooling box =
        new AttentiveStatisticsPooling(graph.variables, FEATURES, ATTENTION);

    Pooling() {
      graph.variables.initialize(graph.session);
    }

    Operand<TFloat32> frames(float[] x, int frames) {
      return graph.constant(Shape.of(x.length / (frames * FEATURES), frames, FEATURES), x);
    }

    Pooled pool(float[] x, int frames, int[] lengths) {
      return pool(frames(x, frames), frames, lengths);
    }

    Pooled pool(Operand<TFloat32> x, int frames, int[] lengths) {
      int[][] mask = new int[lengths.length][frames];
      for (int row = 0; row < lengths.length; row++) {
        Arrays.fill(mask[row], 0, lengths[row], 1);
      }
      return box.pool(graph.tf, x, graph.tf.constant(mask));
    }

    double[] value(String name) {
      return CentralDifferences.doubles(graph.run(graph.variable(name).value()));
    }

    @Override
    public void close() {
      graph.close();
    }
  }

  /** The formulas as loops over doubles; the score's bias is left out, since softmax cancels it. */
  private static final class Written {
    final double[] weight;
    final double[] bias;
    final double[] score;

    Written(Pooling pooling) {
      weight = pooling.value("attention.weight");
      bias = pooling.value("attention.bias");
      score = pooling.value("score.weight");
    }

    double sumOfSquares(double[] x, double[] attention) {
      double sum = 0;
      for (int row = 0; row < LENGTHS.length; row++) {
        double[] alpha = attention(x, row, attention);
        for (int feature = 0; feature < FEATURES; feature++) {
          double mean = 0;
          double square = 0;
          for (int t = 0; t < LENGTHS[row]; t++) {
            double value = x[(row * FRAMES + t) * FEATURES + feature];
            mean += alpha[t] * value;
            square += alpha[t] * value * value;
          }
          sum += mean * mean + Math.max(square - mean * mean, 1e-5);
        }
      }
      return sum;
    }

    private double[] attention(double[] x, int row, double[] attention) {
      double[] alpha = new double[LENGTHS[row]];
      double sum = 0;
      for (int t = 0; t < alpha.length; t++) {
        double score = 0;
        for (int unit = 0; unit < ATTENTION; unit++) {
          double input = bias[unit];
          for (int k = 0; k < FEATURES; k++) {
            input += attention[unit * FEATURES + k] * x[(row * FRAMES + t) * FEATURES + k];
          }
          score += this.score[unit] * Math.tanh(input);
        }
        alpha[t] = Math.exp(score);
        sum += alpha[t];
      }
      for (int t = 0; t < alpha.length; t++) {
        alpha[t] /= sum;
      }
      return alpha;
    }
  }
}
