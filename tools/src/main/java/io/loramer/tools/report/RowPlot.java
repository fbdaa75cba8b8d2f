package io.loramer.tools.report;

import java.util.List;

/** A plot of named rows, one below the other, on a common axis from 0 to 1. */
final class RowPlot {
  /** The left end of the axis and of the names of the rows, in pixels. */
  private static final double LEFT = 12;

  /** The height of the axis with its labels, in pixels. */
  private static final double AXIS = 40;

  /** The baseline of a row's name, in pixels below the top of the row. */
  private static final double BASELINE = 13;

  private static final int TICKS = 5;

  private final Plot plot;
  private final Scale x = new Scale(0, 1, LEFT, Plot.RIGHT);
  private final double rowHeight;
  private final double bottom;

  /** A row: its name stands at the left, its numbers as a text at the right. */
  interface Row {
    String name();

    String text();
  }

  /**
   * Draws the axis and the names and texts of the rows.
   *
   * @param rowHeight in pixels
   */
  RowPlot(String title, String axis, double rowHeight, List<? extends Row> rows) {
    this.rowHeight = rowHeight;
    bottom = Plot.TOP + rowHeight * rows.size();
    plot = new Plot(title, description(rows), bottom + AXIS);
    plot.horizontalAxis(x, axis, TICKS);
    for (int i = 0; i < rows.size(); i++) {
      double baseline = top(i) + BASELINE;
      plot.add(Plot.rowName(LEFT, baseline, rows.get(i).name()));
      plot.add(Plot.label(Plot.RIGHT, baseline, "end", rows.get(i).text()).with("class", "number"));
    }
  }

  private static String description(List<? extends Row> rows) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(row.name()).append(": ").append(row.text()).append(". "));
    return text.toString();
  }

  /** Returns the top of a row, in pixels. */
  double top(int row) {
    return Plot.TOP + rowHeight * row;
  }

  /** Returns the pixel of a value from 0 to 1. */
  double at(double value) {
    return x.at(value);
  }

  /** Draws a dashed vertical line through all rows. */
  void reference(double value) {
    plot.add(Plot.line(at(value), Plot.TOP, at(value), bottom).with("class", "reference"));
  }

  void add(Element mark) {
    plot.add(mark);
  }

  Element svg() {
    return plot.svg();
  }
}
