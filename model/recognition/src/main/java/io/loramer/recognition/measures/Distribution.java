package io.loramer.recognition.measures;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Observed numbers and their statistics.
 *
 * @param sorted ascending
 */
public record Distribution(List<Double> sorted) {
  public Distribution {
    sorted = sorted.stream().sorted().toList();
  }

  /** Returns the distribution of numbers in any order. */
  public static Distribution of(DoubleStream values) {
    return new Distribution(values.boxed().toList());
  }

  /** Returns the mean; requires at least one number. */
  public double mean() {
    return sorted.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** Returns the sample standard deviation (n − 1); 0 of a single number. */
  public double deviation() {
    double mean = mean();
    double squares = sorted.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / Math.max(1, sorted.size() - 1));
  }

  /** Returns a quantile, linear between the two numbers around it; the median at 0.5. */
  public double quantile(double share) {
    double position = share * (sorted.size() - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (position - below) * (sorted.get(above) - sorted.get(below));
  }
}
