package io.loramer.model.information;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.information.MutualInformation.Estimate;
import io.loramer.model.testing.TestGraph;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Each estimator on scores written by hand, one of which SMILE clips. Values and gradients are
 * those of this script (PyTorch 2.13, float64):
 *
 * <pre>{@code
 * import math, torch
 * from torch.nn.functional import softplus
 * torch.set_default_dtype(torch.float64)
 * J = [0.75, -1.5, 2.25]; M = [[0.5, -0.25], [7.0, -6.5], [-2.0, 1.25]]
 * lme = lambda m: torch.logsumexp(m.flatten(), 0) - math.log(m.numel())
 * dv = lambda j, m: j.mean() - lme(m)
 * nwj = lambda j, m: j.mean() - torch.exp(m - 1).mean()
 * js = lambda j, m: -softplus(-j).mean() - softplus(m).mean()
 * nce = lambda j, m: (j - torch.logsumexp(torch.cat([j[:, None], m], 1), 1)).mean() + math.log(3)
 * smile = lambda j, m: j.mean() - lme(m.clamp(-5, 5))
 * ema = 1.0
 * def average(j, m):
 *     global ema
 *     ema = 0.99 * ema + 0.01 * torch.exp(m).mean().item()
 *     return j.mean() - torch.exp(m).mean() / ema
 * pairs = (dv, dv), (nwj, nwj), (dv, js), (nce, nce), (smile, js), (dv, average), (dv, average)
 * for value, gradient in pairs:
 *     j, m = torch.tensor(J, requires_grad=True), torch.tensor(M, requires_grad=True)
 *     gradient(j, m).backward()
 *     print(value(j, m), j.grad, m.grad)
 * }</pre>
 */
final class MineEstimatorTest {
  private static final float[] JOINT = {0.75f, -1.5f, 2.25f};
  private static final float[][] MARGINAL = {{0.5f, -0.25f}, {7, -6.5f}, {-2, 1.25f}};

  private static final double[] THIRDS = {1 / 3.0, 1 / 3.0, 1 / 3.0};
  private static final double[] MARGINAL_OF_FIRST_AVERAGE = {
    -0.097172928, -0.045901241, -64.633759861, -0.000088610, -0.007976440, -0.205715090
  };
  private static final double[] JOINT_OF_SHANNON = {0.106940434, 0.272524825, 0.031783155};
  private static final double[] MARGINAL_OF_SHANNON = {
    -0.103743222, -0.072970583, -0.166514825, -0.000250197, -0.019867154, -0.129549977
  };

  @Test
  void donskerVaradhanEqualsPyTorch() {
    double[] marginal = {
      -0.001495184, -0.000706275, -0.994509141, -0.000001363, -0.000122732, -0.003165305
    };
    try (Scored scored = new Scored(MineEstimator.DV)) {
      scored.assertStep(-4.713746520, THIRDS, marginal);
    }
  }

  @Test
  void movingAverageStartsAtOneAndIncludesTheStepBefore() {
    double[] second = {
      -0.059255176, -0.027990163, -39.413084821, -0.000054034, -0.004863961, -0.125443210
    };
    try (Scored scored = new Scored(MineEstimator.DV_MOVING_AVERAGE)) {
      scored.assertStep(-4.713746520, THIRDS, MARGINAL_OF_FIRST_AVERAGE);
      scored.assertStep(-4.713746520, THIRDS, second);
    }
  }

  /** Its mean is NaN, which would make the average NaN in all steps that follow. */
  @Test
  void batchOfOneDoesNotChangeTheMovingAverage() {
    try (Scored scored = new Scored(MineEstimator.DV_MOVING_AVERAGE)) {
      List<float[]> found = scored.step(new float[] {3}, new float[1][0]);
      assertEquals(0, found.get(0)[0]);
      assertEquals(0, found.get(1)[0]);
      scored.assertStep(-4.713746520, THIRDS, MARGINAL_OF_FIRST_AVERAGE);
    }
  }

  @Test
  void nguyenWainwrightJordanEqualsPyTorch() {
    double[] marginal = {
      -0.101088443, -0.047750799, -67.238132249, -0.000092181, -0.008297845, -0.214004236
    };
    try (Scored scored = new Scored(MineEstimator.NWJ)) {
      scored.assertStep(-67.109365753, THIRDS, marginal);
    }
  }

  @Test
  void jensenShannonGivesTheGradientAndDonskerVaradhanTheValue() {
    try (Scored scored = new Scored(MineEstimator.JSD)) {
      scored.assertStep(-4.713746520, JOINT_OF_SHANNON, MARGINAL_OF_SHANNON);
    }
  }

  @Test
  void infoNceEqualsPyTorch() {
    double[] joint = {0.178054811, 0.333265524, 0.092162072};
    double[] marginal = {
      -0.120931035, -0.057123776, -0.333265068, -0.000000457, -0.003440123, -0.088721949
    };
    try (Scored scored = new Scored(MineEstimator.INFONCE)) {
      scored.assertStep(-2.097308734, joint, marginal);
    }
  }

  @Test
  void smileClipsTheValueAndNotTheGradient() {
    try (Scored scored = new Scored(MineEstimator.SMILE)) {
      scored.assertStep(-2.748260485, JOINT_OF_SHANNON, MARGINAL_OF_SHANNON);
    }
  }

  @Test
  void infoNceOfTheBestScoresIsTheLogarithmOfTheCandidates() {
    try (Scored scored = new Scored(MineEstimator.INFONCE)) {
      List<float[]> found = scored.step(new float[] {90, 90}, new float[2][3]);
      assertEquals(Math.log(4), found.get(0)[0], 1e-6);
    }
  }

  /** Except for NWJ, whose value exceeds the range of float32. */
  @ParameterizedTest
  @EnumSource(names = "NWJ", mode = EnumSource.Mode.EXCLUDE)
  void scoresThatOverflowExpLeaveValueAndGradientsFinite(MineEstimator estimator) {
    try (Scored scored = new Scored(estimator)) {
      List<float[]> found = scored.step(new float[] {1000, 1002}, new float[][] {{1000}, {1000}});
      double expected =
          switch (estimator) {
            case INFONCE -> (Math.log(2) - Math.log1p(Math.exp(-2))) / 2;
            case SMILE -> 1001 - 5;
            default -> 1;
          };
      assertEquals(expected, found.get(0)[0], 1e-4);
      for (float[] gradient : found) {
        assertTrue(Float.isFinite(gradient[0]));
      }
    }
  }

  /** An estimator of scores that are fed, and its gradients. */
  private static final class Scored implements AutoCloseable {
    final TestGraph graph = new TestGraph();
    final Operand<TFloat32> joint = graph.tf.placeholder(TFloat32.class, shape(-1));
    final Operand<TFloat32> marginal = graph.tf.placeholder(TFloat32.class, shape(-1, -1));
    final Estimate estimate;
    final List<Operand<TFloat32>> wanted = new ArrayList<>();

    Scored(MineEstimator estimator) {
      estimate =
          MutualInformation.estimate(
              graph.tf, graph.variables, estimator, new PairScores(joint, marginal));
      wanted.add(estimate.nats());
      wanted.addAll(graph.gradients(estimate.nats(), List.of(joint, marginal)));
      graph.variables.initialize(graph.session);
    }

    private static Placeholder.Options shape(long... sizes) {
      return Placeholder.shape(Shape.of(sizes));
    }

    /** Returns the value and both gradients, as a step of training computes them. */
    List<float[]> step(float[] ofJoint, float[][] ofMarginal) {
      var runner = graph.session.runner();
      wanted.forEach(runner::fetch);
      estimate.updates().forEach(runner::addTarget);
      List<float[]> found = new ArrayList<>();
      try (TFloat32 j = TFloat32.vectorOf(ofJoint);
          TFloat32 m = TFloat32.tensorOf(StdArrays.ndCopyOf(ofMarginal));
          var result = runner.feed(joint, j).feed(marginal, m).run()) {
        result.forEach(entry -> found.add(TestGraph.floats((TFloat32) entry.getValue())));
      }
      return found;
    }

    void assertStep(double nats, double[] gradientOfJoint, double[] gradientOfMarginal) {
      List<float[]> found = step(JOINT, MARGINAL);
      assertClose(new double[] {nats}, found.get(0));
      assertClose(gradientOfJoint, found.get(1));
      assertClose(gradientOfMarginal, found.get(2));
    }

    /** Within float32's rounding; the golden numbers have nine decimals. */
    private static void assertClose(double[] expected, float[] found) {
      assertEquals(expected.length, found.length);
      for (int i = 0; i < found.length; i++) {
        assertEquals(expected[i], found[i], 2e-6 * Math.abs(expected[i]) + 1e-9);
      }
    }

    @Override
    public void close() {
      graph.close();
    }
  }
}
