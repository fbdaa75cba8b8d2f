package io.loramer.tools.bench;

import io.loramer.recognition.measures.Distribution;
import java.util.stream.DoubleStream;

/**
 * The quartiles of repeated measurements, in seconds.
 *
 * @param runs the number of measurements
 */
record Timing(
    int runs, double median, double lowerQuartile, double upperQuartile, double min, double max) {

  /** Computes the quartiles of measurements. */
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
