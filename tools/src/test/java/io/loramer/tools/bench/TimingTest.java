package io.loramer.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TimingTest {
  /** The quartiles of Python's statistics.quantiles(values, n=4, method="inclusive"). */
  @Test
  void quartilesLieBetweenNeighbours() {
    assertEquals(new Timing(4, 5.5, 2.5, 8.25, 1, 9), Timing.of(8, 1, 9, 3));
  }

  @Test
  void quartilesOfOneMeasurementAreItsValue() {
    assertEquals(new Timing(1, 7, 7, 7, 7, 7), Timing.of(7));
  }
}
