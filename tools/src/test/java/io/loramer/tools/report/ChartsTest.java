package io.loramer.tools.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.training.experiments.MeasureSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChartsTest {
  @Test
  void wilsonIntervalOfEightInTen() {
    // By the formula in Python: 0.4901624715, 0.9433178485.
    Interval interval = Interval.wilson(0.8, 10);
    assertEquals(0.490162, interval.low(), 1e-6);
    assertEquals(0.943318, interval.high(), 1e-6);
  }

  @Test
  void wilsonIntervalStaysAShare() {
    assertEquals(0, Interval.wilson(0, 7).low(), 1e-12);
    assertEquals(1, Interval.wilson(1, 7).high(), 1e-12);
  }

  @Test
  void intervalOfNoneOrAllOf81HasAWidth() {
    // By the formula in Python: the other end is z² / (n + z²) away.
    assertEquals(0.045278, Interval.wilson(0, 81).high(), 1e-6);
    assertEquals(0.954722, Interval.wilson(1, 81).low(), 1e-6);
  }

  @Test
  void intervalOfResampledSpeakersWithoutAWidthIsNone() {
    OptionalDouble one = OptionalDouble.of(1);
    OptionalDouble none = OptionalDouble.empty();
    assertEquals(Optional.empty(), Interval.of(new MeasureSummary(1, 0, none, 1, one, one)));
    assertEquals(
        Optional.of(new Interval(0.5, 1, OptionalInt.empty())),
        Interval.of(new MeasureSummary(1, 0, none, 1, OptionalDouble.of(0.5), one)));
  }

  @Test
  void chanceOfTheWeightedAccuracyIsTheShareOfTheMostFrequentLabel() {
    List<Prediction> tested =
        Stream.of("joy", "fear", "joy", "joy", "anger")
            .map(
                label ->
                    new Prediction(
                        "u",
                        Optional.empty(),
                        "s",
                        label,
                        new Recognition("joy", Map.of("joy", 1f), Optional.empty())))
            .toList();
    Experiment.Chance chance = Experiment.Chance.of(4, tested);
    assertEquals(0.25, chance.unweightedAccuracy());
    assertEquals(0.6, chance.weightedAccuracy());
  }

  private static Curve curve(String name, double... means) {
    List<Curve.Point> points = new ArrayList<>();
    for (int i = 0; i < means.length; i++) {
      points.add(new Curve.Point(i + 1, means[i], 0, 1));
    }
    return new Curve(name, points);
  }

  private static String overlaps(Curve... curves) {
    LineChart.Axis axis = new LineChart.Axis("nats", List.of(), OptionalDouble.empty());
    return new LineChart("Loss", axis, List.of(curves), List.of()).overlaps();
  }

  @Test
  void curveThatLiesOnAnotherIsNamed() {
    assertEquals(
        " “b” lies on “a” at 2 of 3 epochs: there they differ by 0.0020 nats at most.",
        overlaps(curve("a", 1, 0.5, 0.25), curve("b", 1.001, 0.502, 0.75)));
  }

  @Test
  void curvesThatAreApartAreNotNamed() {
    assertEquals("", overlaps(curve("a", 1, 0.5, 0.25), curve("b", 1.1, 0.5, 0.4, 0.3)));
  }

  @Test
  void ticksAreRoundAndInside() {
    Scale scale = new Scale(0.07, 0.93, 0, 100);
    assertEquals(
        List.of("0.2", "0.4", "0.6", "0.8"),
        scale.ticks(5).stream().map(tick -> scale.label(tick, 5)).toList());
    assertEquals(50, scale.at(0.5), 1e-9);
  }

  @Test
  void singleValueIsInTheMiddleOfItsScale() {
    assertEquals(20, Scale.covering(DoubleStream.of(3, 3), 10, 30).at(3), 1e-9);
  }

  @Test
  void componentsKeepTheDistancesOfRowsInAPlane() {
    // Rows in the plane x = z: their distances in it are those in space.
    double[][] rows = {{0, 0, 0}, {2, 1, 2}, {-1, 5, -1}, {4, 4, 4}, {3, -2, 3}};
    PrincipalComponents found = PrincipalComponents.of(rows);
    assertEquals(1, found.firstShare() + found.secondShare(), 1e-12);
    assertEquals(true, found.firstShare() >= found.secondShare());
    for (int i = 1; i < rows.length; i++) {
      double expected = Math.hypot(rows[i][0] * Math.sqrt(2), rows[i][1]);
      var a = found.points().get(0);
      var b = found.points().get(i);
      double distance = Math.hypot(b.first() - a.first(), b.second() - a.second());
      assertEquals(expected, distance, 1e-9);
    }
  }

  /** Embeddings are like this: few directions have most of the variance. */
  @Test
  void componentsOfCorrelatedFeaturesAreUncorrelated() {
    Random random = new Random(89);
    double[][] directions = new double[32][32];
    for (double[] direction : directions) {
      Arrays.setAll(direction, j -> random.nextGaussian());
    }
    double[][] rows = new double[80][32];
    for (double[] row : rows) {
      double scale = 1;
      for (double[] direction : directions) {
        double size = scale * random.nextGaussian();
        Arrays.setAll(row, j -> row[j] + size * direction[j]);
        scale /= 2;
      }
      Arrays.setAll(row, j -> (float) row[j]);
    }
    PrincipalComponents found = PrincipalComponents.of(rows);
    double[] sums = new double[3];
    for (PrincipalComponents.Point point : found.points()) {
      sums[0] += point.first() * point.first();
      sums[1] += point.second() * point.second();
      sums[2] += point.first() * point.second();
    }
    assertEquals(found.firstShare() / found.secondShare(), sums[0] / sums[1], 1e-9);
    assertEquals(0, sums[2] / sums[0], 1e-9);
  }

  @Test
  void equalRowsHaveEqualProjections() {
    PrincipalComponents found = PrincipalComponents.of(new double[][] {{1, 2}, {1, 2}, {1, 2}});
    assertEquals(0, found.firstShare(), 1e-12);
    assertEquals(found.points().get(0), found.points().get(2));
  }

  @Test
  void controlCharactersAndUnpairedSurrogatesAreReplaced() {
    assertEquals(
        "<td>a\ufffd\ufffd&lt;\ud83d\ude00</td>",
        Element.of("td", "a\u0007\udc00<\ud83d\ude00").toString());
  }
}
