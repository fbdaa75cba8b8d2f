package io.loramer.recognition.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
  private static final Distribution POWERS = Distribution.of(DoubleStream.of(8, 1, 32, 4, 2, 16));

  /** {@code np.quantile([1, 2, 4, 8, 16, 32], [0, 0.025, 0.4, 0.975, 1])}. */
  @Test
  void quantilesEqualThoseOfNumpy() {
    assertEquals(1, POWERS.quantile(0));
    assertEquals(1.125, POWERS.quantile(0.025), 1e-12);
    assertEquals(4, POWERS.quantile(0.4), 1e-12);
    assertEquals(30, POWERS.quantile(0.975), 1e-12);
    assertEquals(32, POWERS.quantile(1));
  }

  /** {@code np.std([1, 2, 4, 8, 16, 32], ddof=1)}. */
  @Test
  void deviationIsTheSampleStandardDeviation() {
    assertEquals(10.5, POWERS.mean(), 1e-12);
    assertEquals(11.861703081766969, POWERS.deviation(), 1e-12);
  }

  @Test
  void deviationOfASingleNumberIsZero() {
    Distribution single = Distribution.of(DoubleStream.of(3));
    assertEquals(0, single.deviation());
    assertEquals(3, single.quantile(0.3));
  }
}
