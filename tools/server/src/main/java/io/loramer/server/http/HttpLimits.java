package io.loramer.server.http;

import java.time.Duration;

/**
 * What a client may take of the server.
 *
 * @param maxBytes of a request's body, or a gRPC message
 * @param timeout for a body to come in, a connection to be idle, and calls to end at shutdown
 */
public record HttpLimits(int maxBytes, Duration timeout) {
  /** Checks the numbers. */
  public HttpLimits {
    if (maxBytes < 1 || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "requests: expected a size and a time above 0, found %d bytes, %s"
              .formatted(maxBytes, timeout));
    }
  }

  /**
   * Returns how many bytes of all bodies together are held at a time. JSON of numbers takes several
   * times its size while it is read.
   */
  long maxBytesInFlight() {
    return Math.max(4L * maxBytes, Runtime.getRuntime().maxMemory() / 16);
  }
}
