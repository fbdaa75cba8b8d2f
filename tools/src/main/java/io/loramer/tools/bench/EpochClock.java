package io.loramer.tools.bench;

import io.loramer.recognition.corpus.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Takes the time of a run's epochs and of their steps; what lies between epochs is not counted. */
final class EpochClock implements Consumer<Progress> {
  private static final String EPOCH = "epoch ";

  /** The phases before the first epoch that fill the cache. */
  private static final String ENCODING = "encoding ";

  /** Of each phase the {@link System#nanoTime} of its beginning and of each step's end. */
  private final Map<String, List<Long>> phases = new LinkedHashMap<>();

  @Override
  public void accept(Progress progress) {
    phases.computeIfAbsent(progress.phase(), phase -> new ArrayList<>()).add(System.nanoTime());
  }

  /** Returns how long each epoch took. */
  double[] epochSeconds() {
    return of(EPOCH).mapToDouble(EpochClock::whole).toArray();
  }

  /** Returns how long it took to fill the cache. */
  double encodingSeconds() {
    return of(ENCODING).mapToDouble(EpochClock::whole).sum();
  }

  /**
   * Returns how long each step took, from the end of the one before.
   *
   * @param firstEpoch whose steps count, from 0
   */
  double[] stepSeconds(int firstEpoch) {
    return of(EPOCH).skip(firstEpoch).flatMapToDouble(EpochClock::steps).toArray();
  }

  /** Returns when the first step of all was done, as {@link System#nanoTime} tells it. */
  long firstStepNanos() {
    return of(EPOCH).findFirst().orElseThrow().get(1);
  }

  private Stream<List<Long>> of(String prefix) {
    return phases.entrySet().stream()
        .filter(phase -> phase.getKey().startsWith(prefix))
        .map(Map.Entry::getValue);
  }

  private static double whole(List<Long> times) {
    return seconds(times.get(0), times.get(times.size() - 1));
  }

  private static DoubleStream steps(List<Long> times) {
    return IntStream.range(1, times.size())
        .mapToDouble(i -> seconds(times.get(i - 1), times.get(i)));
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
