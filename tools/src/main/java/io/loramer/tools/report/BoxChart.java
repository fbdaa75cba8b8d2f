package io.loramer.tools.report;

import io.loramer.recognition.measures.Distribution;
import java.util.List;
import java.util.Locale;

/**
 * A chart of distributions, one row each, on a common axis from 0 to 1: a box from the first to the
 * third quartile with the median in it, whiskers to the 5th and 95th percentile, and single values
 * below.
 */
record BoxChart(String title, String axis, List<Row> rows) {
  private static final double ROW = 56;
  private static final double BOX = 12;

  /** The most dots of a row, taken at equal distances in rank; more would cover each other. */
  private static final int MAX_DOTS = 150;

  /** The number of dots below each other before the next one starts at the top again. */
  private static final int DOT_ROWS = 4;

  /** The distribution of one class. */
  record Row(String name, Distribution values) implements RowPlot.Row {
    @Override
    public String text() {
      return String.format(
          Locale.ROOT, "median %.2f, n = %d", values.quantile(0.5), values.sorted().size());
    }
  }

  Element svg() {
    RowPlot plot = new RowPlot(title, axis, ROW, rows);
    for (int i = 0; i < rows.size(); i++) {
      draw(rows.get(i).values(), plot.top(i) + 19, plot);
    }
    return plot.svg();
  }

  private static void draw(Distribution values, double boxTop, RowPlot plot) {
    double middle = boxTop + BOX / 2;
    double first = plot.at(values.quantile(0.25));
    double third = plot.at(values.quantile(0.75));
    plot.add(
        Plot.line(plot.at(values.quantile(0.05)), middle, plot.at(values.quantile(0.95)), middle)
            .with("class", "line c0"));
    plot.add(
        Element.of("rect")
            .with("x", first)
            .with("y", boxTop)
            .with("width", Math.max(third - first, 1))
            .with("height", BOX)
            .with("class", "box c0"));
    double median = plot.at(values.quantile(0.5));
    plot.add(Plot.line(median, boxTop - 2, median, boxTop + BOX + 2).with("class", "median"));
    plot.add(
        Element.of("path")
            .with("d", dots(values.sorted(), boxTop + BOX + 6, plot))
            .with("class", "dots c0"));
  }

  private static String dots(List<Double> sorted, double top, RowPlot plot) {
    int count = Math.min(sorted.size(), MAX_DOTS);
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < count; i++) {
      double value = sorted.get((int) ((long) i * sorted.size() / count));
      path.append('M').append(Element.pixels(plot.at(value))).append(' ');
      path.append(Element.pixels(top + i % DOT_ROWS * 3)).append("h0");
    }
    return path.toString();
  }
}
