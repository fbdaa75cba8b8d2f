package io.loramer.server.model;

import io.loramer.recognition.audio.Waveform;
import java.time.Duration;

/**
 * How calls are put together to batches.
 *
 * @param maxRows utterances of a batch, and of a call
 * @param maxSeconds sound in a batch, padding counted, which bounds the memory; a clip that is
 *     longer runs alone
 * @param maxWait how long a call waits for others to come
 * @param maxQueued calls that wait; more are refused
 * @param maxAge a call that has waited this long is given up
 */
public record BatchLimits(
    int maxRows, int maxSeconds, Duration maxWait, int maxQueued, Duration maxAge) {
  /** Checks the numbers. */
  public BatchLimits {
    if (maxRows < 1
        || maxSeconds < 1
        || maxQueued < 1
        || maxWait.isNegative()
        || maxAge.compareTo(maxWait) <= 0) {
      throw new IllegalArgumentException(
          "batches: expected at least one row, second and queued call, and an age above the wait;"
              + " found %d, %d, %d, %s, %s"
                  .formatted(maxRows, maxSeconds, maxQueued, maxAge, maxWait));
    }
  }

  /** Returns how many samples a batch may have. */
  long maxSamples() {
    return (long) maxSeconds * Waveform.SAMPLE_RATE;
  }
}
