package io.loramer.tools.bench;

import java.io.IOException;
import java.util.Optional;

/**
 * What a measurement came to.
 *
 * @param seconds of one time
 * @param throughput where utterances are worked on
 * @param peakResidentBytes the most memory that the process had until then
 * @param gflopPerSecond where the arithmetic is known
 * @param gemmFraction the share of that in the float32 rate of {@link MatrixProduct}
 */
record BenchResult(
    String work,
    Timing seconds,
    Optional<Throughput> throughput,
    long peakResidentBytes,
    Optional<Double> gflopPerSecond,
    Optional<Double> gemmFraction) {

  /** Of work that is neither on utterances nor of known arithmetic. */
  static BenchResult of(String work, Timing seconds) throws IOException {
    return new BenchResult(
        work,
        seconds,
        Optional.empty(),
        LinuxProcess.peakResidentBytes(),
        Optional.empty(),
        Optional.empty());
  }

  /** Of work on utterances. */
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
   * Returns the same with its rate of arithmetic.
   *
   * @param flops floating-point operations of one time
   * @param gemmRate per second, of {@link MatrixProduct}
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
   * How fast utterances go through.
   *
   * @param realTimeFactor seconds of work for a second of sound
   */
  record Throughput(double utterancesPerSecond, double realTimeFactor) {
    /** Of so many utterances of so many seconds in all, in the median of the times. */
    static Throughput of(int utterances, double audioSeconds, Timing seconds) {
      return new Throughput(utterances / seconds.median(), seconds.median() / audioSeconds);
    }
  }
}
