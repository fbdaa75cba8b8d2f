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

/** Measures a run's epochs and their steps; the time between epochs is not counted. */
final class EpochClock implements Consumer<Progress> {
  private static final String EPOCH = "epoch ";

  /** The phases before the first epoch, which fill the cache. */
  private static final String ENCODING = "encoding ";

  /** The {@link System#nanoTime} at the start of each phase and at the end of each of its steps. */
  private final Map<String, List<Long>> phases = new LinkedHashMap<>();

  @Override
  public void accept(Progress progress) {
    phases.computeIfAbsent(progress.phase(), phase -> new ArrayList<>()).add(System.nanoTime());
  }

  /** Returns the duration of each epoch in seconds. */
  double[] epochSeconds() {
    return of(EPOCH).mapToDouble(EpochClock::whole).toArray();
  }

  /** Returns the seconds that filling the cache took. */
  double encodingSeconds() {
    return of(ENCODING).mapToDouble(EpochClock::whole).sum();
  }

  /**
   * Returns the duration of each step in seconds, from the end of the step before.
   *
   * @param firstEpoch the first epoch whose steps count, from 0
   */
  double[] stepSeconds(int firstEpoch) {
    return of(EPOCH).skip(firstEpoch).flatMapToDouble(EpochClock::steps).toArray();
  }

  /** Returns the {@link System#nanoTime} at the end of the first step of the run. */
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
