package io.loramer.tools.bench;

import java.io.IOException;
import java.util.Optional;

/**
 * The result of a measurement.
 *
 * @param seconds the time of one repetition
 * @param throughput the throughput; empty for work that is not on utterances
 * @param peakResidentBytes the peak of the process's resident memory until then
 * @param gflopPerSecond the rate of arithmetic; empty if the number of operations is unknown
 * @param gemmFraction that rate as a fraction of the float32 rate of {@link MatrixProduct}
 */
record BenchResult(
    String work,
    Timing seconds,
    Optional<Throughput> throughput,
    long peakResidentBytes,
    Optional<Double> gflopPerSecond,
    Optional<Double> gemmFraction) {

  /** Returns the result of work that is not on utterances. */
  static BenchResult of(String work, Timing seconds) throws IOException {
    return new BenchResult(
        work,
        seconds,
        Optional.empty(),
        LinuxProcess.peakResidentBytes(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the result of work on utterances. */
  static BenchResult of(String work, Timing seconds, Throughput throughput) throws IOException {
    return new BenchResult(
        work,
        seconds,
        Optional.of(throughput),
        LinuxProcess.peakResidentBytes(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Returns a copy with the rate of arithmetic.
   *
   * @param flops the floating-point operations of one repetition
   * @param gemmRate the operations per second of {@link MatrixProduct}
   */
  BenchResult withArithmetic(double flops, double gemmRate) {
    double rate = flops / seconds.median();
    return new BenchResult(
        work,
        seconds,
        throughput,
        peakResidentBytes,
        Optional.of(rate / 1e9),
        Optional.of(rate / gemmRate));
  }

  /**
   * The throughput of utterances.
   *
   * @param realTimeFactor the seconds of work per second of audio
   */
  record Throughput(double utterancesPerSecond, double realTimeFactor) {
    /** Returns the throughput of a number of utterances with a total length, by the median time. */
    static Throughput of(int utterances, double audioSeconds, Timing seconds) {
      return new Throughput(utterances / seconds.median(), seconds.median() / audioSeconds);
    }
  }
}
