package io.loramer.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Progress;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpochClockTest {
  private final EpochClock clock = new EpochClock();

  @BeforeEach
  void run() {
    for (String phase :
        new String[] {
          "checking audio", "encoding speech", "epoch 1/2", "test split", "epoch 2/2"
        }) {
      for (int done = 0; done <= 3; done++) {
        clock.accept(new Progress(phase, done, 3, ""));
      }
    }
  }

  @Test
  void timeBetweenEpochsIsNotCounted() {
    assertEquals(2, clock.epochSeconds().length);
    assertEquals(6, clock.stepSeconds(0).length);
    double[] steps = clock.stepSeconds(1);
    assertEquals(3, steps.length);
    assertEquals(clock.epochSeconds()[1], Arrays.stream(steps).sum(), 1e-12);
  }

  @Test
  void fillingTheCacheIsMeasured() {
    assertTrue(clock.encodingSeconds() > 0);
  }
}
