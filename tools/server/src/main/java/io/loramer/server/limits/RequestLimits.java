package io.loramer.server.limits;

import java.time.Duration;

/**
 * The limits of single requests.
 *
 * @param maxBytes the largest body of a request over HTTP, or message over gRPC
 * @param timeout the longest time for a body to arrive, for a connection to be idle, and for open
 *     calls to end at shutdown
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

  /**
   * Returns the most bytes of all bodies together that are held at a time. JSON of numbers takes
   * several times its size while it is parsed.
   */
  public long maxBytesInFlight() {
    return Math.max(4L * maxBytes, Runtime.getRuntime().maxMemory() / 16);
  }
}
