package io.loramer.savedmodels.encoders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

final class GroupNormedConvolutionTest {
  private static final int SAMPLES = 4001;
  private static final int STRIDE = 3;
  private static final int FRAMES = (SAMPLES - 3) / STRIDE + 1;

  /** Second differences let 1e-6 of a hum's power pass, as much as of the noise beside it. */
  private static final float[] KERNEL = {1, -2, 1};

  @Test
  void channelThatLetsLittlePassIsNormalisedAsExactlyAsAnyOther() {
    float[] waveform = humAndNoise();
    double[] expected = normed(waveform);
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TFloat32 weight = TFloat32.vectorOf(0.5f);
        TFloat32 bias = TFloat32.vectorOf(0.25f)) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(graph, 1);
      var convolution =
          new GroupNormedConvolution(
              new Parameters(variables, tf),
              new SpeechConfig.Convolution(1, KERNEL.length, STRIDE),
              tf.reshape(tf.constant(KERNEL), tf.constant(new int[] {1, KERNEL.length, 1, 1})));
      var input = tf.reshape(tf.constant(waveform), tf.constant(new int[] {1, 1, SAMPLES, 1}));
      var y = convolution.apply(input, tf.constant(new int[] {FRAMES}), PaddingInNorm.IGNORED);
      variables.assign(session, Map.of("weight", weight, "bias", bias));
      try (Result result = session.runner().fetch(y).run()) {
        TFloat32 found = (TFloat32) result.get(0);
        assertEquals(Shape.of(1, 1, FRAMES, 1), found.shape());
        for (int t = 0; t < FRAMES; t++) {
          assertEquals(expected[t], found.getFloat(0, 0, t, 0), 2e-4, "frame " + t);
        }
      }
    }
  }

  private static float[] humAndNoise() {
    Random random = new Random(1);
    float[] waveform = new float[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      waveform[i] = (float) (3 * Math.sin(i * 0.01) + 2e-3 * random.nextGaussian());
    }
    return waveform;
  }

  /** The formula as it stands, in double precision. */
  private static double[] normed(float[] waveform) {
    double[] x = new double[FRAMES];
    double mean = 0;
    for (int t = 0; t < FRAMES; t++) {
      for (int i = 0; i < KERNEL.length; i++) {
        x[t] += (double) KERNEL[i] * waveform[t * STRIDE + i];
      }
      mean += x[t] / FRAMES;
    }
    double variance = 0;
    for (double value : x) {
      variance += (value - mean) * (value - mean) / FRAMES;
    }
    for (int t = 0; t < FRAMES; t++) {
      x[t] = (x[t] - mean) / Math.sqrt(variance + GroupNormedConvolution.EPSILON) * 0.5 + 0.25;
    }
    return x;
  }
}
