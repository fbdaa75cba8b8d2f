package io.loramer.model.information;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.model.testing.CentralDifferences;
import io.loramer.model.testing.TestGraph;
import io.loramer.savedmodels.graph.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

final class MineTest {
  private static final int BATCH = 4;
  private static final int FEATURES = 3;
  private static final int HIDDEN = 5;

  @Test
  void boundOverAllPairsEqualsTheSumInDoubles() {
    try (Scored mine = new Scored(BATCH)) {
      double expected = new Written(mine).bound(mine.x, mine.z);
      assertEquals(expected, mine.graph.run(mine.scores.donskerVaradhan(mine.graph.tf))[0], 1e-6);
    }
  }

  @Test
  void marginalPairsAreAllOthersRowByRow() {
    try (Scored mine = new Scored(BATCH)) {
      Written written = new Written(mine);
      float[] expected = new float[BATCH * (BATCH - 1)];
      int pair = 0;
      for (int i = 0; i < BATCH; i++) {
        for (int j = 0; j < BATCH; j++) {
          if (i != j) {
            expected[pair++] = (float) written.score(mine.x, i, mine.z, j);
          }
        }
      }
      assertArrayEquals(expected, mine.graph.run(mine.scores.marginal()), 1e-6f);
    }
  }

  @Test
  void gradientsOverAllPairsMatchFiniteDifferences() {
    try (Scored mine = new Scored(BATCH)) {
      Written written = new Written(mine);
      var bound = mine.scores.donskerVaradhan(mine.graph.tf);
      List<float[]> found = mine.graph.run(mine.graph.gradients(bound, mine.inputs));
      assertArrayEquals(
          CentralDifferences.gradient(x -> written.bound(x, mine.z), mine.x), found.get(0), 1e-6f);
      assertArrayEquals(
          CentralDifferences.gradient(z -> written.bound(mine.x, z), mine.z), found.get(1), 1e-6f);
    }
  }

  @ParameterizedTest
  @EnumSource
  void batchOfOneGivesZeroWithZeroGradients(MineEstimator estimator) {
    try (Scored mine = new Scored(1)) {
      var graph = mine.graph;
      var bound =
          MutualInformation.estimate(graph.tf, graph.variables, estimator, mine.scores).nats();
      graph.variables.initialize(graph.session);
      assertEquals(0f, mine.graph.run(bound)[0]);

      List<Operand<TFloat32>> all = new ArrayList<>(mine.inputs);
      mine.graph.variables.trainable().forEach(variable -> all.add(variable.value()));
      for (float[] gradient : mine.graph.run(mine.graph.gradients(bound, all))) {
        assertArrayEquals(new float[gradient.length], gradient);
      }
    }
  }

  /** T with random weights, on a random batch. */
  private static final class Scored implements AutoCloseable {
    final TestGraph graph = new TestGraph();
    final double[] x;
    final double[] z;
    final List<Operand<TFloat32>> inputs;
    final PairScores scores;

    Scored(int batch) {
      Random random = new Random(3);
      float[] audio = new float[batch * FEATURES];
      float[] text = new float[batch * FEATURES];
      for (int i = 0; i < audio.length; i++) {
        audio[i] = (float) random.nextGaussian();
        text[i] = (float) random.nextGaussian();
      }
      x = CentralDifferences.doubles(audio);
      z = CentralDifferences.doubles(text);
      Shape shape = Shape.of(batch, FEATURES);
      inputs = List.of(graph.constant(shape, audio), graph.constant(shape, text));
      Mine mine = new Mine(graph.variables, FEATURES, HIDDEN);
      scores = mine.allPairs(graph.tf, inputs.get(0), inputs.get(1));
      graph.variables.initialize(graph.session);
    }

    double[] value(String name) {
      Variable<TFloat32> variable = graph.variable(name);
      return CentralDifferences.doubles(graph.run(variable.value()));
    }

    @Override
    public void close() {
      graph.close();
    }
  }

  /** T and its bound as loops over doubles, for vectors one after the other. */
  private static final class Written {
    final double[] weight;
    final double[] bias;
    final double[] out;
    final double outBias;

    Written(Scored mine) {
      weight = mine.value("0.weight");
      bias = mine.value("0.bias");
      out = mine.value("1.weight");
      outBias = mine.value("1.bias")[0];
    }

    double score(double[] x, int i, double[] z, int j) {
      double score = outBias;
      for (int unit = 0; unit < HIDDEN; unit++) {
        double sum = bias[unit];
        for (int k = 0; k < FEATURES; k++) {
          sum += weight[unit * 2 * FEATURES + k] * x[i * FEATURES + k];
          sum += weight[unit * 2 * FEATURES + FEATURES + k] * z[j * FEATURES + k];
        }
        score += out[unit] * Math.max(0, sum);
      }
      return score;
    }

    double bound(double[] x, double[] z) {
      double joint = 0;
      double marginal = 0;
      for (int i = 0; i < BATCH; i++) {
        joint += score(x, i, z, i) / BATCH;
        for (int j = 0; j < BATCH; j++) {
          marginal += i == j ? 0 : Math.exp(score(x, i, z, j)) / (BATCH * (BATCH - 1));
        }
      }
      return joint - Math.log(marginal);
    }
  }
}
