package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Where the values of an axis lie.
 *
 * @param low a value, at the pixel {@code start}
 * @param high a greater one, at the pixel {@code end}
 */
record Scale(double low, double high, double start, double end) {
  private static final double[] STEPS = {1, 2, 5, 10};

  /** Share of the axis that is kept free on either side of values. */
  private static final double MARGIN = 0.05;

  /** A scale for all of these values, of which there is at least one, and a little more. */
  static Scale covering(DoubleStream values, double start, double end) {
    var range = values.summaryStatistics();
    double spread = range.getMax() - range.getMin();
    double margin = spread > 0 ? MARGIN * spread : 0.5; // one value lies in the middle
    return new Scale(range.getMin() - margin, range.getMax() + margin, start, end);
  }

  /** Returns the pixel of a value. */
  double at(double value) {
    return start + (value - low) / (high - low) * (end - start);
  }

  /** Returns round values on the axis, about as many as asked for. */
  List<Double> ticks(int about) {
    double step = step(about);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Writes a tick with the digits that tell it from the next. */
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
