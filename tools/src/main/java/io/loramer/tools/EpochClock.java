package io.loramer.tools;

import io.loramer.training.TrainingProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Takes the time of a run's epochs and of their steps; what lies between epochs is not counted. */
final class EpochClock implements Consumer<TrainingProgress> {
  /** Of each epoch the {@link System#nanoTime} of its beginning and of each step's end. */
  private final List<List<Long>> epochs = new ArrayList<>();

  @Override
  public void accept(TrainingProgress progress) {
    if (progress.phase().startsWith("epoch ")) {
      if (progress.done() == 0) {
        epochs.add(new ArrayList<>());
      }
      epochs.get(epochs.size() - 1).add(System.nanoTime());
    }
  }

  /** Returns how long each epoch took. */
  double[] epochSeconds() {
    return epochs.stream()
        .mapToDouble(times -> seconds(times.get(0), times.get(times.size() - 1)))
        .toArray();
  }

  /**
   * Returns how long each step took, from the end of the one before.
   *
   * @param firstEpoch whose steps count, from 0
   */
  double[] stepSeconds(int firstEpoch) {
    return epochs.stream().skip(firstEpoch).flatMapToDouble(EpochClock::steps).toArray();
  }

  /** Returns when the first step of all was done, as {@link System#nanoTime} tells it. */
  long firstStepNanos() {
    return epochs.get(0).get(1);
  }

  private static DoubleStream steps(List<Long> times) {
    return IntStream.range(1, times.size())
        .mapToDouble(i -> seconds(times.get(i - 1), times.get(i)));
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
