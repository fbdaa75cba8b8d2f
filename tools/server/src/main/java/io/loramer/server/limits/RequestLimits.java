package io.loramer.server.limits;

import java.time.Duration;

/**
 * The limits of single requests.
 *
 * @param maxBytes the largest body of a request over HTTP, or message over gRPC
 * @param timeout the longest time for the head of a request to arrive, and for its body, and for
 *     open calls to end at shutdown
 */
public record RequestLimits(int maxBytes, Duration timeout) {
  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if one is not above 0
   */
  public RequestLimits {
    if (maxBytes < 1 || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "requests: expected a size and a time above 0, found %d bytes, %s"
              .formatted(maxBytes, timeout));
    }
  }
}
