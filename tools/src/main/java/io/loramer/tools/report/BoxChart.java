package io.loramer.tools.report;

import io.loramer.recognition.measures.Distribution;
import java.util.List;
import java.util.Locale;

/**
 * Distributions, a row each, on a common axis from 0 to 1: a box from the first to the third
 * quartile with the median in it, whiskers to the 5th and 95th percentile, and single values below.
 */
record BoxChart(String title, String axis, List<Row> rows) {
  private static final double ROW = 56;
  private static final double LEFT = 12;
  private static final double BOX = 12;
  private static final int TICKS = 5;

  /** More dots than these, evenly taken, would only hide one another. */
  private static final int MAX_DOTS = 150;

  /** How many dots lie below one another before the next begins at the top again. */
  private static final int DOT_ROWS = 4;

  /** Values of one kind. */
  record Row(String name, Distribution values) {
    String text() {
      return String.format(
          Locale.ROOT, "median %.2f, n = %d", values.quantile(0.5), values.sorted().size());
    }
  }

  Element svg() {
    Plot plot = new Plot(title, description(), Plot.TOP + ROW * rows.size() + 40);
    Scale x = new Scale(0, 1, LEFT, Plot.RIGHT);
    plot.horizontalAxis(x, axis, TICKS);
    for (int i = 0; i < rows.size(); i++) {
      draw(rows.get(i), Plot.TOP + ROW * i, x, plot);
    }
    return plot.svg();
  }

  private String description() {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(row.name()).append(": ").append(row.text()).append(". "));
    return text.toString();
  }

  private static void draw(Row row, double top, Scale x, Plot plot) {
    plot.add(Plot.rowName(LEFT, top + 13, row.name()));
    plot.add(Plot.label(Plot.RIGHT, top + 13, "end", row.text()).with("class", "number"));
    double boxTop = top + 19;
    double middle = boxTop + BOX / 2;
    Distribution values = row.values();
    double first = x.at(values.quantile(0.25));
    double third = x.at(values.quantile(0.75));
    plot.add(
        Plot.line(x.at(values.quantile(0.05)), middle, x.at(values.quantile(0.95)), middle)
            .with("class", "line c0"));
    plot.add(
        Element.of("rect")
            .with("x", first)
            .with("y", boxTop)
            .with("width", Math.max(third - first, 1))
            .with("height", BOX)
            .with("class", "box c0"));
    double median = x.at(values.quantile(0.5));
    plot.add(Plot.line(median, boxTop - 2, median, boxTop + BOX + 2).with("class", "median"));
    plot.add(
        Element.of("path")
            .with("d", dots(values.sorted(), boxTop + BOX + 6, x))
            .with("class", "dots c0"));
  }

  private static String dots(List<Double> sorted, double top, Scale x) {
    int count = Math.min(sorted.size(), MAX_DOTS);
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < count; i++) {
      double value = sorted.get((int) ((long) i * sorted.size() / count));
      path.append('M').append(Element.pixels(x.at(value))).append(' ');
      path.append(Element.pixels(top + i % DOT_ROWS * 3)).append("h0");
    }
    return path.toString();
  }
}
