package io.loramer.server.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the server counts, as Prometheus reads it, by the names that TF Serving uses. Times are in
 * microseconds.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">The text format</a>
 */
public final class ServerMetrics {
  private static final String REQUEST_COUNT = ":tensorflow:serving:request_count";
  private static final String REQUEST_LATENCY = ":tensorflow:serving:request_latency";
  private static final String RUNTIME_LATENCY = ":tensorflow:serving:runtime_latency";
  private static final String QUEUING_LATENCY =
      ":tensorflow:serving:batching_session:queuing_latency";
  private static final String RECOGNITION_LATENCY = "lora_mer:recognition_latency";
  private static final String BATCH_SIZE =
      ":tensorflow:serving:batching_session:processed_batch_size";

  /** Of a page of memory, as /proc counts it. */
  private static final int PAGE_BYTES = 4096;

  /** TF Serving's buckets: 10, times 1.8, 33 of them. */
  private static final double[] LATENCIES = exponential(10, 1.8, 33);

  private static final double[] SIZES = exponential(1, 2, 10);

  private final Map<String, Map<String, LongAdder>> counters = new ConcurrentSkipListMap<>();
  private final Map<String, Map<String, Histogram>> histograms = new ConcurrentSkipListMap<>();
  private final Map<String, LongSupplier> gauges = new ConcurrentSkipListMap<>();
  private final String model;

  /**
   * Starts at zero.
   *
   * @param model its name, which goes into all lines
   */
  public ServerMetrics(String model) {
    this.model = "model_name=\"" + model.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /**
   * Counts a call that was answered.
   *
   * @param api what was called
   * @param entrypoint REST or GRPC
   * @param code OK or the canonical code of the refusal
   */
  public void answered(String api, String entrypoint, String code, long nanos) {
    counters
        .computeIfAbsent(REQUEST_COUNT, name -> new ConcurrentSkipListMap<>())
        .computeIfAbsent(model + ",status=\"" + code + "\"", labels -> new LongAdder())
        .increment();
    if (code.equals("OK")) {
      String labels = "%s,API=\"%s\",entrypoint=\"%s\"".formatted(model, api, entrypoint);
      histogram(REQUEST_LATENCY, labels, LATENCIES).add(nanos / 1e3);
    }
  }

  /** Counts a call that left the queue. */
  void queued(long nanos) {
    histogram(QUEUING_LATENCY, model, LATENCIES).add(nanos / 1e3);
  }

  /** Counts a batch. */
  void ran(long nanos, int rows) {
    histogram(RUNTIME_LATENCY, model + ",API=\"Predict\",runtime=\"TF1\"", LATENCIES)
        .add(nanos / 1e3);
    histogram(BATCH_SIZE, model, SIZES).add(rows);
  }

  /** Counts sound whose words were recognised. */
  public void recognized(long nanos) {
    histogram(RECOGNITION_LATENCY, model, LATENCIES).add(nanos / 1e3);
  }

  /** Adds a value that is asked for when the metrics are read. */
  void gauge(String name, LongSupplier value) {
    gauges.put(name, value);
  }

  private Histogram histogram(String name, String labels, double[] bounds) {
    return histograms
        .computeIfAbsent(name, key -> new ConcurrentSkipListMap<>())
        .computeIfAbsent(labels, key -> new Histogram(bounds));
  }

  /** Returns the page that Prometheus reads. */
  public String page() {
    StringBuilder page = new StringBuilder();
    counters.forEach(
        (name, points) -> {
          page.append("# TYPE ").append(name).append(" counter\n");
          points.forEach((labels, count) -> line(page, name, labels, count.sum()));
        });
    gauges.forEach(
        (name, value) -> {
          page.append("# TYPE ").append(name).append(" gauge\n");
          line(page, name, model, value.getAsLong());
        });
    histograms.forEach(
        (name, points) -> {
          page.append("# TYPE ").append(name).append(" histogram\n");
          points.forEach((labels, histogram) -> histogram.write(page, name, labels));
        });
    page.append("# TYPE process_resident_memory_bytes gauge\n");
    page.append("process_resident_memory_bytes ").append(residentBytes()).append('\n');
    return page.toString();
  }

  private static void line(StringBuilder page, String name, String labels, long value) {
    page.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }

  /** Returns how much memory this process has; 0 where there is no /proc. */
  static long residentBytes() {
    try {
      String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1];
      return PAGE_BYTES * Long.parseLong(pages);
    } catch (IOException e) {
      return 0;
    }
  }

  private static double[] exponential(double first, double factor, int count) {
    double[] bounds = new double[count];
    for (int i = 0; i < count; i++) {
      bounds[i] = first * Math.pow(factor, i);
    }
    return bounds;
  }

  /** How often which values came. */
  private static final class Histogram {
    private final double[] bounds;
    private final long[] counts; // of each bucket; the last one has no bound
    private double sum;

    Histogram(double[] bounds) {
      this.bounds = bounds;
      counts = new long[bounds.length + 1];
    }

    synchronized void add(double value) {
      int bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket]) {
        bucket++;
      }
      counts[bucket]++;
      sum += value;
    }

    synchronized void write(StringBuilder page, String name, String labels) {
      long cumulative = 0;
      for (int i = 0; i < counts.length; i++) {
        cumulative += counts[i];
        String bound = i < bounds.length ? String.format(Locale.ROOT, "%.6g", bounds[i]) : "+Inf";
        line(page, name + "_bucket", labels + ",le=\"" + bound + "\"", cumulative);
      }
      page.append(name).append("_sum{").append(labels).append("} ").append(sum).append('\n');
      line(page, name + "_count", labels, cumulative);
    }
  }
}
