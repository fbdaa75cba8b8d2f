package io.loramer.tools.report;

import java.util.Locale;

/**
 * What tells the classes of a chart apart: a colour, which the style sheet has, and a shape or a
 * dash, since not everybody sees colours.
 *
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito 2008, Color universal design</a>
 */
final class Palette {
  /** Classes {@code c0} to {@code c7} of the style sheet. */
  private static final int COLOURS = 8;

  private static final String[] DASHES = {"none", "6 3", "2 3", "8 3 2 3"};

  /** SVG paths around the origin, which all of them begin at; of about the same area. */
  private static final String[] SHAPES = {
    "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z", // circle
    "m0-3.8l3.6 6.4h-7.2z", // triangle
    "m-2.7-2.7h5.4v5.4h-5.4z", // square
    "m0-4l3.4 4-3.4 4-3.4-4z", // diamond
    "m-1-3.6h2v2.6h2.6v2h-2.6v2.6h-2v-2.6h-2.6v-2h2.6z", // cross
  };

  private Palette() {}

  static String colour(int index) {
    return "c" + index % COLOURS;
  }

  static String dash(int index) {
    return DASHES[index % DASHES.length];
  }

  /** Returns the path of a shape; with the colour it is unique up to the 40th class. */
  static String shape(int index, double x, double y) {
    return String.format(Locale.ROOT, "M%.1f %.1f%s", x, y, SHAPES[index % SHAPES.length]);
  }
}
