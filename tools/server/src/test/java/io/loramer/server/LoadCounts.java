package io.loramer.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of the calls of a load by their outcome. */
final class LoadCounts {
  private final LongAdder sent = new LongAdder();
  private final Map<String, LongAdder> failures = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> versions = new ConcurrentSkipListMap<>();
  private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());

  void sent() {
    sent.increment();
  }

  void answered(String version, double took) {
    versions.computeIfAbsent(version, key -> new LongAdder()).increment();
    millis.add(took);
  }

  void failed(String how) {
    failures.computeIfAbsent(how, key -> new LongAdder()).increment();
  }

  /** Describes the counts; a lost call was neither answered nor failed. */
  String report(int seconds) {
    List<Double> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    long lost =
        sent.sum() - sorted.size() - failures.values().stream().mapToLong(LongAdder::sum).sum();
    return String.format(
        Locale.ROOT,
        "%d sent, %d answered (by version %s), not answered %s, lost %d%n"
            + "%.2f answers/s; of the answered p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, longest %.0f"
            + " ms%n",
        sent.sum(),
        sorted.size(),
        versions,
        failures,
        lost,
        sorted.size() / (double) seconds,
        percentile(sorted, 0.5),
        percentile(sorted, 0.95),
        percentile(sorted, 0.99),
        percentile(sorted, 1));
  }

  private static double percentile(List<Double> sorted, double share) {
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size())));
  }
}
