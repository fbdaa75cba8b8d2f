package io.loramer.savedmodels.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Decides whether and when a failed request is repeated. */
final class Retry {
  private static final int MAX_FAILURES = 5;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1); // doubled each time
  private static final Duration MAX_WAIT = Duration.ofMinutes(1);

  private final Pause pause;

  /** Waits for a duration; tests replace {@code Thread.sleep}. */
  interface Pause {
    void pause(Duration duration) throws InterruptedException;
  }

  Retry(Pause pause) {
    this.pause = pause;
  }

  /**
   * Waits, unless it is time to give up.
   *
   * @param failures so far, from 1
   * @param retryAfter the HTTP header: seconds or a date
   * @return whether to try again
   */
  boolean waits(int failures, Optional<String> retryAfter) throws InterruptedException {
    Duration wait =
        retryAfter.flatMap(Retry::parse).orElse(FIRST_WAIT.multipliedBy(1L << (failures - 1)));
    if (failures >= MAX_FAILURES || wait.compareTo(MAX_WAIT) > 0) {
      return false;
    }
    pause.pause(wait);
    return true;
  }

  private static Optional<Duration> parse(String header) {
    if (header.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(header)));
    }
    try {
      Instant then = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), then);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeParseException e) {
      return Optional.empty(); // neither format: wait as without the header
    }
  }
}
