package io.loramer.model.testing;

import java.util.function.ToDoubleFunction;

/** The numerical gradient of a function in doubles, to compare TensorFlow's gradients with. */
public final class CentralDifferences {
  private static final double STEP = 1e-6;

  private CentralDifferences() {}

  public static float[] gradient(ToDoubleFunction<double[]> function, double[] at) {
    float[] gradient = new float[at.length];
    for (int i = 0; i < at.length; i++) {
      double[] moved = at.clone();
      moved[i] = at[i] + STEP;
      double above = function.applyAsDouble(moved);
      moved[i] = at[i] - STEP;
      gradient[i] = (float) ((above - function.applyAsDouble(moved)) / (2 * STEP));
    }
    return gradient;
  }

  public static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
