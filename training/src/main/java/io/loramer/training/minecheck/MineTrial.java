package io.loramer.training.minecheck;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import io.loramer.model.information.MutualInformation;
import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.training.optimizer.Adam;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntConsumer;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Trains an estimator of mutual information on pairs whose mutual information is known.
 *
 * <p>Each step draws a new batch and scores all its pairs, so its estimate is on unseen pairs.
 *
 * @param batchSize at least 2
 */
public record MineTrial(GaussianPairs pairs, int batchSize, MineEstimator estimator) {
  /** Steps of a trial; the estimates no longer rise at their end. */
  public static final int STEPS = 1500;

  /** The last steps, whose estimates count. */
  private static final int MEASURED = 200;

  private static final int HIDDEN = 256;
  private static final float LEARNING_RATE = 2e-3f; // of the first step; it falls as a cosine

  /**
   * The result of a trial.
   *
   * @param mean of the last steps' estimates, in nats
   * @param spread their standard deviation
   */
  public record Outcome(double mean, double spread) {}

  /** Returns the largest possible estimate, in nats, if the estimator has a limit. */
  public OptionalDouble bound() {
    return estimator == MineEstimator.INFONCE
        ? OptionalDouble.of(Math.log(batchSize))
        : OptionalDouble.empty();
  }

  /** Trains the estimator and averages the estimates of the last steps. */
  public Outcome run(int steps, long seed) {
    return run(steps, seed, step -> {});
  }

  /**
   * Trains the estimator, as the other {@code run}.
   *
   * @param before is called before each step, with its number; an exception of its ends the trial
   */
  public Outcome run(int steps, long seed, IntConsumer before) {
    Random random = new Random(seed);
    double[] estimates = new double[steps];
    try (Graph graph = new Graph();
        Session session = new Session(graph, Device.auto().session())) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(graph, seed);
      var vectors = Placeholder.shape(Shape.of(-1, pairs.dim()));
      var x = tf.placeholder(TFloat32.class, vectors);
      var z = tf.placeholder(TFloat32.class, vectors);
      MineConfig config = new MineConfig(1, HIDDEN, Marginals.ALL_PAIRS, estimator);
      var estimate =
          new MutualInformation(variables, pairs.dim(), config)
              .estimate(tf, x, z, Optional.empty());
      var loss = tf.math.neg(estimate.nats());
      Adam adam =
          new Adam(
              graph,
              variables,
              loss,
              LEARNING_RATE,
              steps,
              OptionalDouble.empty(),
              Optional.empty());
      variables.initialize(session);
      for (int step = 0; step < steps; step++) {
        before.accept(step);
        Session.Runner runner = session.runner().fetch(estimate.nats()).addTarget(adam.step());
        estimate.updates().forEach(runner::addTarget);
        try (var batch = pairs.draw(batchSize, random);
            Result result = runner.feed(x, batch.x()).feed(z, batch.z()).run()) {
          estimates[step] = ((TFloat32) result.get(0)).getFloat();
        }
      }
    }
    return outcome(Arrays.copyOfRange(estimates, Math.max(0, steps - MEASURED), steps));
  }

  private static Outcome outcome(double[] estimates) {
    double mean = Arrays.stream(estimates).average().orElseThrow();
    double variance =
        Arrays.stream(estimates).map(e -> (e - mean) * (e - mean)).average().orElseThrow();
    return new Outcome(mean, Math.sqrt(variance));
  }
}
