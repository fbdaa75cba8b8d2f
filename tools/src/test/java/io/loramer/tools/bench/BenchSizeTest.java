package io.loramer.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BenchSizeTest {
  @Test
  void mixedLengthsHaveTheMeanOfTheCorpus() {
    double[] seconds = BenchSize.base().mixedLengths();
    assertEquals(128, seconds.length);
    assertEquals(0.6, seconds[0]);
    assertEquals(13, seconds[127]);
    assertEquals(4.5, Arrays.stream(seconds).average().orElseThrow(), 0.05);
  }
}
