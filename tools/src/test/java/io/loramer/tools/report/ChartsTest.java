package io.loramer.tools.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.DoubleStream;
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
