package io.loramer.tools.bench;

import io.loramer.recognition.measures.Distribution;
import java.util.stream.DoubleStream;

/**
 * How long a thing took that was done several times, in seconds.
 *
 * @param runs how often it was done
 */
record Timing(
    int runs, double median, double lowerQuartile, double upperQuartile, double min, double max) {

  /** Sums up. */
  static Timing of(double... seconds) {
    Distribution all = Distribution.of(DoubleStream.of(seconds));
    return new Timing(
        seconds.length,
        all.quantile(0.5),
        all.quantile(0.25),
        all.quantile(0.75),
        all.quantile(0),
        all.quantile(1));
  }
}
