package io.loramer.server.model;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * The server's metrics in Prometheus' text format, under the names that TF Serving uses. Latencies
 * are in microseconds.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">The text format</a>
 */
public final class ServerMetrics {
  private static final String REQUEST_COUNT = ":tensorflow:serving:request_count";
  private static final String MODEL = "model_name";

  /** The size of a memory page, the unit of /proc/self/statm. */
  private static final int PAGE_BYTES = 4096;

  /** Of the bounds, so that they print as 32.4 and not as 32.400000000000006. */
  private static final MathContext SIX_DIGITS = new MathContext(6);

  /** The upper bounds of TF Serving's latency buckets: 10, times 1.8, 33 of them. */
  private static final double[] LATENCIES = bounds(10, 1.8, 33);

  /** The upper bounds of the buckets of batch sizes: 1, times 2, 10 of them. */
  private static final double[] SIZES = bounds(1, 2, 10);

  private final String model;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name(REQUEST_COUNT)
          .labelNames(MODEL, "status")
          .withoutExemplars()
          .register(registry);
  private final Histogram requestLatency =
      histogram(":tensorflow:serving:request_latency", LATENCIES, MODEL, "API", "entrypoint");
  private final Histogram queuingLatency =
      histogram(":tensorflow:serving:batching_session:queuing_latency", LATENCIES, MODEL);
  private final Histogram runtimeLatency =
      histogram(":tensorflow:serving:runtime_latency", LATENCIES, MODEL, "API", "runtime");
  private final Histogram batchSize =
      histogram(":tensorflow:serving:batching_session:processed_batch_size", SIZES, MODEL);
  private final Histogram recognitionLatency =
      histogram("lora_mer:recognition_latency", LATENCIES, MODEL);

  /**
   * Starts all metrics at zero.
   *
   * @param model the name of the model, the label {@code model_name}
   */
  public ServerMetrics(String model) {
    this.model = model;
    GaugeWithCallback.builder()
        .name("process_resident_memory_bytes")
        .callback(gauge -> gauge.call((double) residentBytes()))
        .register(registry);
  }

  private Histogram histogram(String name, double[] bounds, String... labels) {
    return Histogram.builder()
        .name(name)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(bounds)
        .withoutExemplars()
        .register(registry);
  }

  /**
   * Counts an answered call; the latency is recorded if the code is OK.
   *
   * @param api the called interface, such as Predict
   * @param entrypoint REST or GRPC
   * @param code OK or the canonical code of the refusal
   */
  public void answered(String api, String entrypoint, String code, long nanos) {
    requests.labelValues(model, code).inc();
    if (code.equals("OK")) {
      requestLatency.labelValues(model, api, entrypoint).observe(nanos / 1e3);
    }
  }

  /** Records how long a call waited in the queue. */
  void queued(long nanos) {
    queuingLatency.labelValues(model).observe(nanos / 1e3);
  }

  /** Records the latency and the number of rows of a batch. */
  void ran(long nanos, int rows) {
    runtimeLatency.labelValues(model, "Predict", "TF1").observe(nanos / 1e3);
    batchSize.labelValues(model).observe(rows);
  }

  /** Records how long the recognition of a clip's words took. */
  public void recognized(long nanos) {
    recognitionLatency.labelValues(model).observe(nanos / 1e3);
  }

  /** Adds a gauge whose value is computed at each scrape. */
  void gauge(String name, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .labelNames(MODEL)
        .callback(gauge -> gauge.call((double) value.getAsLong(), model))
        .register(registry);
  }

  /** Returns all metrics in Prometheus' text format, version 0.0.4. */
  public String page() {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(page, registry.scrape());
    } catch (IOException e) {
      throw new IllegalStateException(e); // it is written to memory
    }
    // The library appends _total to the names of counters; TF Serving does not.
    return page.toString(StandardCharsets.UTF_8).replace(REQUEST_COUNT + "_total", REQUEST_COUNT);
  }

  /** Returns the resident memory of this process; 0 on systems without /proc. */
  private static long residentBytes() {
    try {
      String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1];
      return PAGE_BYTES * Long.parseLong(pages);
    } catch (IOException e) {
      return 0;
    }
  }

  private static double[] bounds(double first, double factor, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new BigDecimal(first * Math.pow(factor, i)).round(SIX_DIGITS))
        .mapToDouble(BigDecimal::doubleValue)
        .toArray();
  }
}
