package io.loramer.tools.report;

import io.loramer.recognition.measures.Distribution;
import io.loramer.training.run.EpochMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A measure over the epochs, averaged over runs, which may stop at different epochs. */
record Curve(String name, List<Point> points) {

  /**
   * The values of an epoch over the runs that reached it.
   *
   * @param deviation the standard deviation over these runs; 0 for a single one
   */
  record Point(int epoch, double mean, double deviation, int runs) {
    private static Point of(int epoch, Distribution values) {
      return new Point(epoch, values.mean(), values.deviation(), values.sorted().size());
    }
  }

  /** Returns the curve of a measure; empty if no run has it. */
  static Optional<Curve> of(
      String name, List<ReportedRun> runs, Function<EpochMetrics, OptionalDouble> measure) {
    int longest = runs.stream().mapToInt(run -> run.epochs().size()).max().orElse(0);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < longest; i++) {
      int epoch = i;
      Distribution values =
          Distribution.of(
              runs.stream()
                  .filter(run -> run.epochs().size() > epoch)
                  .flatMapToDouble(run -> measure.apply(run.epochs().get(epoch)).stream())
                  .filter(Double::isFinite));
      if (!values.sorted().isEmpty()) {
        points.add(Point.of(epoch + 1, values));
      }
    }
    return points.isEmpty() ? Optional.empty() : Optional.of(new Curve(name, points));
  }

  /** Returns the distances of this curve from another at the epochs that both have. */
  double[] distances(Curve other) {
    Map<Integer, Double> means =
        other.points.stream().collect(Collectors.toMap(Point::epoch, Point::mean));
    return points.stream()
        .filter(point -> means.containsKey(point.epoch))
        .mapToDouble(point -> Math.abs(point.mean - means.get(point.epoch)))
        .toArray();
  }

  /** Returns the lower and upper ends of the band at all epochs. */
  DoubleStream extent() {
    return points.stream()
        .flatMapToDouble(p -> DoubleStream.of(p.mean - p.deviation, p.mean + p.deviation));
  }
}
