package io.loramer.training.minecheck;

import static io.loramer.model.information.MineEstimator.DV;
import static io.loramer.model.information.MineEstimator.INFONCE;
import static io.loramer.model.information.MineEstimator.NWJ;
import static io.loramer.model.information.MineEstimator.SMILE;

import io.loramer.model.information.MineEstimator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The trials that compare the estimators of mutual information with known values, and the expected
 * range of each.
 */
public final class MineCheck {
  private static final int BATCH = 64;

  /** The paper's batch size. */
  private static final int SMALL_BATCH = 16;

  private static final int[] DIMENSIONS = {1, 2, 10, 20};
  private static final double[] CORRELATIONS = {0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, -0.6};

  /** In nats: the tolerance of the library bmi's tests for MINE, which is doubled for others. */
  private static final double TOLERANCE_OF_MINE = 0.05;

  private static final double TOLERANCE = 0.1;

  /** In nats, for pairs without mutual information. */
  private static final double TOLERANCE_OF_NOTHING = 0.05;

  /** As a part of the mutual information. */
  private static final double RELATIVE_TOLERANCE = 0.1;

  /** Nats that every estimator can find in a batch of 64; InfoNCE finds not much more. */
  private static final double MOST_THAT_ALL_REACH = 2.01;

  /** The dimension of the references' vectors. */
  private static final int REFERENCE_DIMENSION = 20;

  /**
   * A result that was measured with PyTorch.
   *
   * @param nats the true information
   */
  private record Reference(
      double nats, int batchSize, MineEstimator estimator, double mean, double spread) {}

  /**
   * Measured in PyTorch with a network of two hidden layers of 256, Adam at 5e-4, all pairs; the
   * last 200 of 1,500 steps. DV diverged at 10 nats.
   */
  private static final List<Reference> REFERENCES =
      List.of(
          new Reference(2, BATCH, DV, 1.90, 0.25),
          new Reference(2, BATCH, NWJ, 1.88, 0.25),
          new Reference(2, BATCH, INFONCE, 1.75, 0.20),
          new Reference(2, BATCH, SMILE, 1.88, 0.24),
          new Reference(6, BATCH, DV, 5.84, 1.16),
          new Reference(6, BATCH, NWJ, 4.49, 1.20),
          new Reference(6, BATCH, INFONCE, 3.67, 0.14),
          new Reference(6, BATCH, SMILE, 6.26, 0.44),
          new Reference(10, BATCH, NWJ, 6.30, 2.1),
          new Reference(10, BATCH, INFONCE, 4.10, 0.04),
          new Reference(10, BATCH, SMILE, 10.00, 0.63),
          new Reference(2, SMALL_BATCH, DV, 1.83, 0.57),
          new Reference(2, SMALL_BATCH, INFONCE, 1.42, 0.30),
          new Reference(2, SMALL_BATCH, SMILE, 1.83, 0.48));

  private MineCheck() {}

  /** The expected range of an estimate, in nats. */
  public record Range(double from, double to) {
    /** Returns whether an estimate lies in the range. */
    public boolean contains(double nats) {
      return nats >= from && nats <= to;
    }
  }

  /** Returns the trials of some estimators, grouped by pairs. */
  public static List<MineTrial> trials(Set<MineEstimator> estimators) {
    List<MineTrial> trials = new ArrayList<>();
    for (int dimension : DIMENSIONS) {
      for (double rho : CORRELATIONS) {
        add(trials, GaussianPairs.correlated(dimension, rho), BATCH, estimators);
      }
    }
    add(trials, GaussianPairs.split(), BATCH, estimators);
    for (double nats : new double[] {2, 6, 10}) {
      add(trials, GaussianPairs.ofNats(REFERENCE_DIMENSION, nats), BATCH, estimators);
    }
    add(trials, GaussianPairs.ofNats(REFERENCE_DIMENSION, 2), SMALL_BATCH, estimators);
    return trials;
  }

  private static void add(
      List<MineTrial> trials, GaussianPairs pairs, int batchSize, Set<MineEstimator> estimators) {
    estimators.forEach(estimator -> trials.add(new MineTrial(pairs, batchSize, estimator)));
  }

  /**
   * Returns the expected range of a trial's estimate: within a tenth of the true value, but at
   * least 0.05 nats, widened to include the reference's range; empty if the true value is too large
   * for the batch and there is no reference.
   */
  public static Optional<Range> expected(MineTrial trial) {
    double nats = trial.pairs().nats();
    Optional<Reference> reference = reference(trial);
    boolean easy = trial.batchSize() == BATCH && nats < MOST_THAT_ALL_REACH;
    if (reference.isEmpty() && !easy) {
      return Optional.empty();
    }
    double tolerance = Math.max(absoluteTolerance(trial), RELATIVE_TOLERANCE * nats);
    double low = reference.map(r -> r.mean - r.spread).orElse(nats);
    double high = reference.map(r -> r.mean + r.spread).orElse(nats);
    return Optional.of(
        new Range(Math.min(low, nats - tolerance), Math.max(high, nats + tolerance)));
  }

  private static double absoluteTolerance(MineTrial trial) {
    if (trial.pairs().nats() == 0) {
      return TOLERANCE_OF_NOTHING;
    }
    return switch (trial.estimator()) {
      case DV, DV_MOVING_AVERAGE -> TOLERANCE_OF_MINE;
      case NWJ, JSD, INFONCE, SMILE -> TOLERANCE;
    };
  }

  private static Optional<Reference> reference(MineTrial trial) {
    return REFERENCES.stream()
        .filter(
            r ->
                r.estimator == trial.estimator()
                    && r.batchSize == trial.batchSize()
                    && trial.pairs().dim() == REFERENCE_DIMENSION
                    && Math.abs(r.nats - trial.pairs().nats()) < 1e-9)
        .findFirst();
  }
}
