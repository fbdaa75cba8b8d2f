package io.loramer.savedmodels.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Closes a response's body if no bytes arrive for one to two timeouts, which ends the blocked read.
 * {@code HttpClient}'s own timeout covers the headers only.
 */
final class StallGuard implements AutoCloseable {
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "download-stall-guard");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean arrived = true;

  StallGuard(InputStream body, Duration timeout) {
    long milliseconds = timeout.toMillis();
    var unused =
        clock.scheduleWithFixedDelay(
            () -> closeIfNothingArrived(body), milliseconds, milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Records that bytes have arrived. */
  void arrived() {
    arrived = true;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void closeIfNothingArrived(InputStream body) {
    if (!arrived) {
      try {
        body.close();
      } catch (IOException e) {
        throw new UncheckedIOException(
            e); // ends the clock; the reader gets an exception of its own
      }
    }
    arrived = false;
  }
}
