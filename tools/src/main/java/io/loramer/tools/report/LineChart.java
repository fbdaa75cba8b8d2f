package io.loramer.tools.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A chart of curves over the epochs: means, a band of one standard deviation around them, and a
 * stroke at the bottom for each run's best epoch.
 */
record LineChart(String title, Axis axis, List<Curve> curves, List<Integer> bestEpochs) {
  private static final int TICKS = 5;

  /** The width of a curve in pixels, as in the style sheet. */
  private static final double STROKE = 2.2;

  /**
   * The vertical axis.
   *
   * @param included values that it covers in any case
   * @param reference the value at which a dashed line is drawn
   */
  record Axis(String name, List<Double> included, OptionalDouble reference) {}

  Element svg() {
    int epochs = curves.stream().mapToInt(c -> c.points().size()).max().orElseThrow();
    Scale x =
        epochs > 1
            ? new Scale(1, epochs, Plot.LEFT + 6, Plot.RIGHT - 6)
            : new Scale(0, 2, Plot.LEFT, Plot.RIGHT);
    Scale y = vertical();
    Plot plot = new Plot(title, description(), Plot.HEIGHT);
    plot.horizontalAxis(x, "epoch", Math.min(TICKS, Math.max(1, epochs - 1)));
    plot.verticalAxis(y, axis.name());
    axis.reference()
        .ifPresent(
            value ->
                plot.add(
                    Plot.line(Plot.LEFT, y.at(value), Plot.RIGHT, y.at(value))
                        .with("class", "reference")));
    for (int i = 0; i < curves.size(); i++) {
      draw(curves.get(i), i, x, y, plot);
    }
    for (int best : bestEpochs) {
      plot.add(
          Plot.line(x.at(best), Plot.BOTTOM - 6, x.at(best), Plot.BOTTOM).with("class", "rug"));
    }
    return plot.svg();
  }

  private Scale vertical() {
    DoubleStream fixed =
        DoubleStream.concat(
            axis.included().stream().mapToDouble(Double::doubleValue), axis.reference().stream());
    DoubleStream drawn = curves.stream().flatMapToDouble(Curve::extent);
    return Scale.covering(DoubleStream.concat(fixed, drawn), Plot.BOTTOM - 8, Plot.TOP);
  }

  /**
   * Returns a sentence for each two curves that lie on each other at half of their common epochs or
   * more, since a reader would see only one; empty if there are none.
   */
  String overlaps() {
    Scale y = vertical();
    double width = STROKE * (y.high() - y.low()) / Math.abs(y.end() - y.start());
    StringBuilder sentences = new StringBuilder();
    for (int upper = 1; upper < curves.size(); upper++) {
      for (int lower = 0; lower < upper; lower++) {
        sentences.append(overlap(curves.get(lower), curves.get(upper), width));
      }
    }
    return sentences.toString();
  }

  private String overlap(Curve lower, Curve upper, double width) {
    double[] apart = upper.distances(lower);
    double[] hidden = DoubleStream.of(apart).filter(distance -> distance < width).toArray();
    return hidden.length == 0 || 2 * hidden.length < apart.length
        ? ""
        : String.format(
            Locale.ROOT,
            " “%s” lies on “%s” at %d of %d epochs: there they differ by %.2g %s at most.",
            upper.name(),
            lower.name(),
            hidden.length,
            apart.length,
            DoubleStream.of(hidden).max().orElseThrow(),
            axis.name());
  }

  /** Returns the legend with a sample of each curve's stroke. */
  Element legend() {
    Element legend = Element.of("ul").with("class", "legend");
    for (int i = 0; i < curves.size(); i++) {
      Element swatch =
          Element.of("svg", stroke(Plot.line(1, 6, 29, 6), i))
              .with("viewBox", "0 0 30 12")
              .with("aria-hidden", "true");
      legend.add(Element.of("li", swatch).text(curves.get(i).name()));
    }
    return legend;
  }

  private String description() {
    List<String> sentences = new ArrayList<>();
    for (Curve curve : curves) {
      Curve.Point first = curve.points().get(0);
      Curve.Point last = curve.points().get(curve.points().size() - 1);
      sentences.add(
          String.format(
              Locale.ROOT,
              "%s: %.3f at epoch %d, %.3f at epoch %d.",
              curve.name(),
              first.mean(),
              first.epoch(),
              last.mean(),
              last.epoch()));
    }
    return String.join(" ", sentences);
  }

  private static void draw(Curve curve, int index, Scale x, Scale y, Plot plot) {
    List<Curve.Point> points = curve.points();
    int runs = points.get(0).runs();
    List<Curve.Point> backwards = new ArrayList<>(points);
    Collections.reverse(backwards);
    String band =
        path(points, x, y, p -> p.mean() + p.deviation())
            + path(backwards, x, y, p -> p.mean() - p.deviation()).replace('M', 'L')
            + "z";
    plot.add(Element.of("path").with("d", band).with("class", "band " + Palette.colour(index)));
    List<Curve.Point> all = points.stream().filter(p -> p.runs() == runs).toList();
    List<Curve.Point> some = points.subList(all.size() - 1, points.size());
    for (List<Curve.Point> part : List.of(all, some)) {
      Element line = Element.of("path").with("d", path(part, x, y, Curve.Point::mean));
      plot.add(stroke(line, index).with("opacity", part == all ? 1 : 0.5));
    }
  }

  private static Element stroke(Element line, int index) {
    return line.with("class", Palette.line(index)).with("stroke-dasharray", Palette.dash(index));
  }

  private static String path(
      List<Curve.Point> points, Scale x, Scale y, ToDoubleFunction<Curve.Point> value) {
    StringBuilder path = new StringBuilder();
    for (Curve.Point point : points) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(Element.pixels(x.at(point.epoch())))
          .append(' ')
          .append(Element.pixels(y.at(value.applyAsDouble(point))));
    }
    return points.size() == 1 ? path + "h0" : path.toString(); // the round line cap makes a dot
  }
}
