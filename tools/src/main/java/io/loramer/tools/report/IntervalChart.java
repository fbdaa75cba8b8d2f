package io.loramer.tools.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Values with the intervals they may lie in, a row each, on a common axis from 0 to 1.
 *
 * @param reference where a dashed line stands
 */
record IntervalChart(String title, String axis, List<Row> rows, OptionalDouble reference) {
  private static final double ROW = 38;
  private static final double LEFT = 12;
  private static final int TICKS = 5;

  /**
   * A value.
   *
   * @param text the value and the interval, as written
   * @param published a value of somebody else's, drawn as a hollow diamond
   */
  record Row(String name, String text, double value, Interval interval, OptionalDouble published) {}

  Element svg() {
    Plot plot = new Plot(title, description(), Plot.TOP + ROW * rows.size() + 40);
    Scale x = new Scale(0, 1, LEFT, Plot.RIGHT);
    plot.horizontalAxis(x, axis, TICKS);
    reference.ifPresent(
        value ->
            plot.add(
                Plot.line(x.at(value), Plot.TOP, x.at(value), Plot.TOP + ROW * rows.size())
                    .with("class", "reference")));
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
    double y = top + ROW - 11;
    plot.add(Plot.rowName(LEFT, top + 13, row.name()));
    plot.add(Plot.label(Plot.RIGHT, top + 13, "end", row.text()).with("class", "number"));
    Interval interval = row.interval();
    plot.add(Plot.line(x.at(interval.low()), y, x.at(interval.high()), y).with("class", "line c0"));
    plot.add(mark(0, x.at(row.value()), y).with("class", "mark c0"));
    row.published()
        .ifPresent(value -> plot.add(mark(3, x.at(value), y).with("class", "hollow c1")));
  }

  private static Element mark(int shape, double x, double y) {
    return Element.of("path")
        .with("d", Palette.shape(shape, 0, 0))
        .with(
            "transform",
            "translate(" + Element.pixels(x) + " " + Element.pixels(y) + ") scale(1.6)");
  }
}
