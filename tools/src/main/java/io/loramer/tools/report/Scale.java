package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * The scale of an axis: a linear map from values to pixels.
 *
 * @param low the value at the pixel {@code start}
 * @param high a greater value, at the pixel {@code end}
 */
record Scale(double low, double high, double start, double end) {
  private static final double[] STEPS = {1, 2, 5, 10};

  /** The margin on either side of the values, as a share of their range. */
  private static final double MARGIN = 0.05;

  /** Returns a scale that covers at least one value, with a margin. */
  static Scale covering(DoubleStream values, double start, double end) {
    var range = values.summaryStatistics();
    double spread = range.getMax() - range.getMin();
    double margin = spread > 0 ? MARGIN * spread : 0.5; // a single value is in the middle
    return new Scale(range.getMin() - margin, range.getMax() + margin, start, end);
  }

  /** Returns the pixel of a value. */
  double at(double value) {
    return start + (value - low) / (high - low) * (end - start);
  }

  /** Returns about the given number of round values on the axis. */
  List<Double> ticks(int about) {
    double step = step(about);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Formats a tick with as many digits as the distance between ticks needs. */
  String label(double tick, int about) {
    int digits = (int) Math.max(0, Math.ceil(-Math.log10(step(about)) - 1e-9));
    return String.format(Locale.ROOT, "%." + digits + "f", tick + 0.0); // not -0
  }

  private double step(int about) {
    double rough = (high - low) / about;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double step : STEPS) {
      if (step * power >= rough) {
        return step * power;
      }
    }
    return 10 * power;
  }
}
