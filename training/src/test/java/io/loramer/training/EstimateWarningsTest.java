package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateWarningsTest {
  private static final String SATURATED =
      "the estimate of %s nats is near %s, the limit of INFONCE for this batch: take bigger batches,"
          + " all pairs, or another head.mine.estimator";

  @Test
  void infoNceNearTheLogarithmOfTheBatchIsSaturated() {
    assertEquals(
        List.of(SATURATED.formatted("2.25", "2.77")),
        warnings(MineEstimator.INFONCE, Marginals.ALL_PAIRS, 2.2, 2.3));
    assertEquals(List.of(), warnings(MineEstimator.INFONCE, Marginals.ALL_PAIRS, 2.1, 2.2));
    assertEquals(List.of(), warnings(MineEstimator.DV, Marginals.ALL_PAIRS, 2.7, 2.8));
  }

  @Test
  void infoNceOfAShuffleHasTwoCandidates() {
    assertEquals(
        List.of(SATURATED.formatted("0.60", "0.69")),
        warnings(MineEstimator.INFONCE, Marginals.SHUFFLE, 0.6));
  }

  @Test
  void estimatesThatVaryTooMuchAreReported() {
    assertEquals(
        List.of(
            "the estimates of the mutual information vary by 2.1 nats (standard deviation) from batch"
                + " to batch, and outweigh the cross-entropy: take head.mine.estimator smile or"
                + " infonce, or a smaller head.mine.lambda"),
        warnings(MineEstimator.NWJ, Marginals.ALL_PAIRS, 1, 4, 1, 4));
    assertEquals(List.of(), warnings(MineEstimator.NWJ, Marginals.ALL_PAIRS, 1, 3.8, 1, 3.8));
  }

  @Test
  void estimatesThatRiseSteadilyAreNotReported() {
    assertEquals(List.of(), warnings(MineEstimator.NWJ, Marginals.ALL_PAIRS, 0, 2, 4, 6, 8, 10));
  }

  private static List<String> warnings(
      MineEstimator estimator, Marginals marginals, double... estimates) {
    return EstimateWarnings.of(new MineConfig(0.25f, 7, marginals, estimator), 16, estimates);
  }
}
