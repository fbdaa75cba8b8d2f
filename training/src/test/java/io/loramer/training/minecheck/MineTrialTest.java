package io.loramer.training.minecheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.model.information.MineEstimator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.types.TFloat32;

/** Estimators on a few pairs; {@code lora-mer mine-check} runs all trials. */
class MineTrialTest {
  private static final int BATCH = 64;

  @ParameterizedTest
  @EnumSource
  @Tag("slow")
  void everyEstimatorFindsTheInformationOfASmallCase(MineEstimator estimator) {
    MineTrial trial = new MineTrial(GaussianPairs.split(), BATCH, estimator);
    MineTrial.Outcome outcome = trial.run(400, 1);
    MineCheck.Range expected = MineCheck.expected(trial).orElseThrow();
    assertTrue(expected.contains(outcome.mean()), outcome + ", expected " + expected);
  }

  @Test
  void trialsEndBeforeTheStepWhereTheCallbackThrows() {
    MineTrial trial = new MineTrial(GaussianPairs.correlated(2, 0.5), 3, MineEstimator.DV);
    List<Integer> steps = new ArrayList<>();
    IntConsumer untilTwo =
        step -> {
          steps.add(step);
          if (step == 2) {
            throw new CancellationException();
          }
        };
    assertThrows(CancellationException.class, () -> trial.run(100, 1, untilTwo));
    assertEquals(List.of(0, 1, 2), steps);
  }

  @Test
  void infoNceStaysBelowTheLogarithmOfTheBatch() {
    MineTrial trial =
        new MineTrial(GaussianPairs.correlated(5, 0.999), 4, MineEstimator.INFONCE); // 15.5 nats
    double most = trial.bound().orElseThrow();
    assertEquals(Math.log(4), most);
    double mean = trial.run(300, 1).mean();
    assertTrue(mean > 0.8 * most && mean <= most, mean + " of " + most);
  }

  @Test
  void informationOfThePairsIsTheClosedForm() {
    assertEquals(-0.5 * 3 * Math.log(1 - 0.36), GaussianPairs.correlated(3, -0.6).nats(), 1e-12);
    assertEquals(-0.5 * Math.log(1 - 0.49 - 0.09), GaussianPairs.split().nats(), 1e-12);
    assertEquals(6, GaussianPairs.ofNats(20, 6).nats(), 1e-12);
  }

  @Test
  void drawnPairsHaveTheirCorrelation() {
    int count = 40_000; // standard error 0.005
    double[] expected = {0.7, 0.3, 0, 0}; // of z_k and x_j, by k then j
    double[] found = new double[4];
    double ofSquares = 0;
    try (var drawn = GaussianPairs.split().draw(count, new Random(5))) {
      for (int i = 0; i < count; i++) {
        for (int pair = 0; pair < 4; pair++) {
          found[pair] += at(drawn.z(), i, pair / 2) * at(drawn.x(), i, pair % 2) / count;
        }
        ofSquares += at(drawn.z(), i, 0) * at(drawn.z(), i, 0) / count;
      }
    }
    for (int pair = 0; pair < 4; pair++) {
      assertEquals(expected[pair], found[pair], 0.02);
    }
    assertEquals(1, ofSquares, 0.03);
  }

  private static double at(TFloat32 vectors, int row, int component) {
    return vectors.getFloat(row, component);
  }

  @Test
  void expectedRangesIncludeTheTrueValueAndTheReference() {
    Set<MineEstimator> all = EnumSet.allOf(MineEstimator.class);
    List<MineTrial> trials = MineCheck.trials(all);
    assertEquals(37 * all.size(), trials.size());
    assertEquals(
        Optional.of(new MineCheck.Range(-0.05, 0.05)),
        MineCheck.expected(
            new MineTrial(GaussianPairs.correlated(2, 0), BATCH, MineEstimator.JSD)));
    MineCheck.Range saturated =
        MineCheck.expected(
                new MineTrial(GaussianPairs.ofNats(20, 10), BATCH, MineEstimator.INFONCE))
            .orElseThrow();
    assertEquals(4.06, saturated.from(), 1e-9);
    assertEquals(11, saturated.to(), 1e-9);
    assertFalse(
        MineCheck.expected(new MineTrial(GaussianPairs.ofNats(20, 10), BATCH, MineEstimator.DV))
            .isPresent());
  }
}
