package io.loramer.tools.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A chart of values with their intervals, one row each, on a common axis from 0 to 1.
 *
 * @param reference the value at which a dashed line is drawn
 */
record IntervalChart(String title, String axis, List<Row> rows, OptionalDouble reference) {
  private static final double ROW = 38;

  /**
   * A value with its interval.
   *
   * @param text the value and the interval as text
   * @param published the value that the paper reports, drawn as a hollow diamond
   */
  record Row(String name, String text, double value, Interval interval, OptionalDouble published)
      implements RowPlot.Row {}

  Element svg() {
    RowPlot plot = new RowPlot(title, axis, ROW, rows);
    reference.ifPresent(plot::reference);
    for (int i = 0; i < rows.size(); i++) {
      draw(rows.get(i), plot.top(i) + ROW - 11, plot);
    }
    return plot.svg();
  }

  private static void draw(Row row, double y, RowPlot plot) {
    Interval interval = row.interval();
    plot.add(
        Plot.line(plot.at(interval.low()), y, plot.at(interval.high()), y)
            .with("class", "line c0"));
    plot.add(mark(0, plot.at(row.value()), y).with("class", "mark c0"));
    row.published()
        .ifPresent(value -> plot.add(mark(3, plot.at(value), y).with("class", "hollow c1")));
  }

  private static Element mark(int shape, double x, double y) {
    return Element.of("path")
        .with("d", Palette.shape(shape, 0, 0))
        .with(
            "transform",
            "translate(" + Element.pixels(x) + " " + Element.pixels(y) + ") scale(1.6)");
  }
}
