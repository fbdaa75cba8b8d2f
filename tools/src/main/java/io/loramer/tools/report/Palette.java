package io.loramer.tools.report;

import java.util.Locale;

/**
 * The colours, shapes and dashes that distinguish the classes of a chart. The colours are in the
 * style sheet; shapes and dashes serve readers who do not distinguish colours.
 *
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito 2008, Color universal design</a>
 */
final class Palette {
  /** The number of colours, the classes {@code c0} to {@code c7} of the style sheet. */
  private static final int COLOURS = 8;

  private static final String[] DASHES = {"none", "6 3", "2 3", "8 3 2 3"};

  /** SVG paths that start at the origin and surround it, of about the same area. */
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

  /** Returns the classes of a curve; the ends of dashes are cut straight, to show a curve below. */
  static String line(int index) {
    return "line " + colour(index) + (index % DASHES.length == 0 ? "" : " dashed");
  }

  /** Returns the path of a shape; shape and colour together are unique for up to 40 classes. */
  static String shape(int index, double x, double y) {
    return String.format(Locale.ROOT, "M%.1f %.1f%s", x, y, SHAPES[index % SHAPES.length]);
  }
}
