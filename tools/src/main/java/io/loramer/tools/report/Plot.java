package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.List;

/** An SVG chart with axes, ticks and labels, to which marks are added. */
final class Plot {
  static final double WIDTH = 440;
  static final double HEIGHT = 260;
  static final double LEFT = 68;
  static final double RIGHT = WIDTH - 10;
  static final double TOP = 10;
  static final double BOTTOM = HEIGHT - 40;

  private static final int TICKS = 5;

  /** The most characters of a row's name, so that the number at the right has room. */
  private static final int MAX_NAME = 38;

  private final Element svg;
  private final double height;
  private final List<Element> marks = new ArrayList<>();

  /**
   * Creates a chart without axes.
   *
   * @param title the title for screen readers
   * @param description a sentence about the contents for screen readers
   */
  Plot(String title, String description, double height) {
    this.height = height;
    this.svg =
        Element.of("svg", Element.of("title", title), Element.of("desc", description))
            .with("viewBox", "0 0 " + Element.pixels(WIDTH) + " " + Element.pixels(height))
            .with("role", "img");
  }

  /** Draws an axis below the chart. */
  void horizontalAxis(Scale x, String name, int ticks) {
    double bottom = height - (HEIGHT - BOTTOM);
    for (double tick : x.ticks(ticks)) {
      marks.add(line(x.at(tick), TOP, x.at(tick), bottom).with("class", "grid"));
      marks.add(label(x.at(tick), bottom + 16, "middle", x.label(tick, ticks)));
    }
    marks.add(label((x.start() + x.end()) / 2, height - 4, "middle", name));
  }

  /** Draws an axis to the left of the chart. */
  void verticalAxis(Scale y, String name) {
    for (double tick : y.ticks(TICKS)) {
      marks.add(line(LEFT, y.at(tick), RIGHT, y.at(tick)).with("class", "grid"));
      marks.add(label(LEFT - 6, y.at(tick) + 4, "end", y.label(tick, TICKS)));
    }
    double middle = (TOP + height - (HEIGHT - BOTTOM)) / 2;
    marks.add(
        label(0, 0, "middle", name)
            .with("transform", "translate(11 " + Element.pixels(middle) + ") rotate(-90)"));
  }

  /** Draws a border, for charts without axes. */
  void frame() {
    marks.add(
        Element.of("rect")
            .with("x", 1)
            .with("y", 1)
            .with("width", WIDTH - 2)
            .with("height", height - 2)
            .with("class", "border"));
  }

  void add(Element mark) {
    marks.add(mark);
  }

  Element svg() {
    return svg.add(marks);
  }

  static Element line(double x1, double y1, double x2, double y2) {
    return Element.of("line").with("x1", x1).with("y1", y1).with("x2", x2).with("y2", y2);
  }

  /** Returns the name of a row; a long name is cut, and shown in full as a tooltip. */
  static Element rowName(double x, double y, String name) {
    String shown = name.length() > MAX_NAME ? name.substring(0, MAX_NAME - 1) + "…" : name;
    return label(x, y, "start", shown).add(Element.of("title", name));
  }

  /**
   * Returns a line of text.
   *
   * @param anchor the part of the text that is at x: start, middle or end
   */
  static Element label(double x, double y, String anchor, String text) {
    return Element.of("text", text).with("x", x).with("y", y).with("text-anchor", anchor);
  }
}
