package io.loramer.training.minecheck;

import java.util.Locale;
import java.util.Random;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * Pairs of Gaussian vectors whose mutual information is known.
 *
 * <p>x is standard normal, {@code z_k = Σ_j weights[k][j] x_j + sqrt(1 − Σ_j weights[k][j]²) ε_k}.
 */
public final class GaussianPairs {
  private final String name;
  private final double[][] weights;

  private GaussianPairs(String name, double[][] weights) {
    this.name = name;
    this.weights = weights;
  }

  /** Creates vectors of dim components, each correlated with the same one of the other vector. */
  static GaussianPairs correlated(int dim, double rho) {
    double[][] weights = new double[dim][dim];
    for (int k = 0; k < dim; k++) {
      weights[k][k] = rho;
    }
    return new GaussianPairs(String.format(Locale.ROOT, "%d-d, rho %.2f", dim, rho), weights);
  }

  /** Creates vectors of dim components with the correlation that gives this mutual information. */
  static GaussianPairs ofNats(int dim, double nats) {
    return correlated(dim, Math.sqrt(-Math.expm1(-2 * nats / dim)));
  }

  /**
   * Creates vectors in which z_1 is correlated by 0.7 and 0.3 with two independent components of x:
   * the multinormal case of the tests of the library bmi. The second component of z is noise.
   */
  static GaussianPairs split() {
    return new GaussianPairs("3-d, 0.7 and 0.3", new double[][] {{0.7, 0.3}, {0, 0}});
  }

  /** Returns a description for a table. */
  public String name() {
    return name;
  }

  /** Returns the number of components of each vector. */
  int dim() {
    return weights.length;
  }

  /** Returns the mutual information, {@code −½ Σ_k ln(1 − Σ_j weights[k][j]²)} nats. */
  public double nats() {
    double nats = 0;
    for (int k = 0; k < weights.length; k++) {
      nats -= Math.log(noise(k));
    }
    return nats;
  }

  /** Drawn pairs, one per row: x and z are float32 [B, dim]. */
  record Drawn(TFloat32 x, TFloat32 z) implements AutoCloseable {
    @Override
    public void close() {
      x.close();
      z.close();
    }
  }

  /** Draws pairs; the caller closes them. */
  Drawn draw(int count, Random random) {
    int dim = dim();
    float[] x = new float[count * dim];
    float[] z = new float[count * dim];
    for (int first = 0; first < x.length; first += dim) {
      for (int k = 0; k < dim; k++) {
        x[first + k] = (float) random.nextGaussian();
      }
      for (int k = 0; k < dim; k++) {
        double sum = noise(k) * random.nextGaussian();
        for (int j = 0; j < dim; j++) {
          sum += weights[k][j] * x[first + j];
        }
        z[first + k] = (float) sum;
      }
    }
    Shape shape = Shape.of(count, dim);
    return new Drawn(
        TFloat32.tensorOf(shape, DataBuffers.of(x)), TFloat32.tensorOf(shape, DataBuffers.of(z)));
  }

  private double noise(int k) {
    double explained = 0;
    for (double weight : weights[k]) {
      explained += weight * weight;
    }
    return Math.sqrt(1 - explained);
  }
}
