package io.loramer.server.limits;

import io.loramer.recognition.audio.Waveform;
import java.time.Duration;

/**
 * The limits of batches and of the queue before them.
 *
 * @param maxRows the most utterances of a batch, and of a call
 * @param maxSeconds the most audio of a batch including padding, which bounds the memory; a longer
 *     clip runs alone
 * @param maxWait the longest time that a call waits for others to fill its batch
 * @param maxQueued the most waiting calls; further calls are refused
 * @param maxAge the time after which a waiting call is given up
 */
public record BatchLimits(
    int maxRows, int maxSeconds, Duration maxWait, int maxQueued, Duration maxAge) {
  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if a number is below 1, the wait is negative, or the age is
   *     not above the wait
   */
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

  /** Returns the most samples of a batch including padding. */
  public long maxSamples() {
    return (long) maxSeconds * Waveform.SAMPLE_RATE;
  }
}
