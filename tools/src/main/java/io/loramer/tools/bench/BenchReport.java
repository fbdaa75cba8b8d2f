package io.loramer.tools.bench;

import com.fasterxml.jackson.databind.SerializationFeature;
import io.loramer.recognition.device.CpuFeatures;
import io.loramer.savedmodels.files.Json;
import io.loramer.tools.bench.BenchResult.Throughput;
import io.loramer.tools.console.LoraMerVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.TensorFlow;

/** The results of a benchmark with the machine, versions and sizes. */
record BenchReport(
    Machine machine,
    Map<String, String> versions,
    BenchSize size,
    Map<String, String> overrides,
    List<BenchResult> results) {
  private static final double GIBIBYTE = 1L << 30;

  /** The machine of the measurements. */
  record Machine(String processor, int cores, long memoryBytes) {}

  /** Returns a report of results that were measured on this machine. */
  static BenchReport of(BenchFolder folder, List<BenchResult> results) throws IOException {
    return new BenchReport(
        new Machine(
            CpuFeatures.ofMachine().map(CpuFeatures::model).orElse(""),
            Runtime.getRuntime().availableProcessors(),
            LinuxProcess.machineBytes()),
        Map.of(
            "lora-mer", LoraMerVersion.number(),
            "java", Runtime.version().toString(),
            "tensorflow", TensorFlow.version()),
        folder.size(),
        folder.overrides(),
        results);
  }

  static BenchReport read(Path file) throws IOException {
    return Json.RECORDS.readValue(file.toFile(), BenchReport.class);
  }

  void write(Path file) throws IOException {
    Json.RECORDS.writer(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
  }

  /** Returns a table with a line for each measurement. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            "%-14s %9s %19s %5s %8s %6s %9s %9s %8s%n",
            "work",
            "median s",
            "quartiles",
            "runs",
            "utt/s",
            "RTF",
            "peak GiB",
            "GFLOP/s",
            "of GEMM"));
    results.forEach(result -> table.append(row(result)));
    return table.toString();
  }

  private static String row(BenchResult result) {
    Timing seconds = result.seconds();
    return String.format(
                Locale.ROOT,
                "%-14s %9.3f %9.3f–%9.3f %5d %8s %6s %9.2f %9s %8s",
                result.work(),
                seconds.median(),
                seconds.lowerQuartile(),
                seconds.upperQuartile(),
                seconds.runs(),
                decimals("%.2f", result.throughput().map(Throughput::utterancesPerSecond)),
                decimals("%.3f", result.throughput().map(Throughput::realTimeFactor)),
                result.peakResidentBytes() / GIBIBYTE,
                decimals("%.0f", result.gflopPerSecond()),
                decimals("%.2f", result.gemmFraction()))
            .stripTrailing()
        + System.lineSeparator();
  }

  private static String decimals(String format, Optional<Double> value) {
    return value.map(number -> String.format(Locale.ROOT, format, number)).orElse("");
  }
}
