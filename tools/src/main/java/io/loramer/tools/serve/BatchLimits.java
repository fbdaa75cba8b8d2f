package io.loramer.tools.serve;

import java.time.Duration;

/**
 * How calls are put together to batches.
 *
 * @param maxRows utterances of a batch, and of a call
 * @param maxWait how long a call waits for others to come
 * @param maxQueued calls that wait; more are refused
 * @param maxAge a call that has waited this long is given up
 */
public record BatchLimits(int maxRows, Duration maxWait, int maxQueued, Duration maxAge) {
  /** Checks the numbers. */
  public BatchLimits {
    if (maxRows < 1 || maxQueued < 1 || maxWait.isNegative() || maxAge.compareTo(maxWait) <= 0) {
      throw new IllegalArgumentException(
          "batches: expected at least one row and one queued call, and an age above the wait; found "
              + "%d, %d, %s, %s".formatted(maxRows, maxQueued, maxAge, maxWait));
    }
  }
}
