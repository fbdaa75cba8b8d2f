package io.loramer.recognition.batches;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes each item on a thread of its own while the one before is in use, so that nobody waits.
 *
 * @param <P> what an item is made of
 * @param <T> holds native memory, which the caller closes
 */
public final class Prefetch<P, T extends AutoCloseable> implements AutoCloseable {
  private final Iterator<P> parts;
  private final Maker<P, T> maker;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "prefetch");
            made.setDaemon(true);
            return made;
          });
  private Future<T> ahead;

  /** Makes an item. */
  @FunctionalInterface
  public interface Maker<P, T> {
    T make(P part) throws IOException;
  }

  public Prefetch(List<P> parts, Maker<P, T> maker) {
    this.parts = parts.iterator();
    this.maker = maker;
    begin();
  }

  public boolean hasNext() {
    return ahead != null;
  }

  /**
   * Returns the next item, and begins the one after it.
   *
   * @throws IOException if it could not be made
   */
  public T next() throws IOException {
    T item = take();
    begin();
    return item;
  }

  private void begin() {
    ahead = null;
    if (parts.hasNext()) {
      P part = parts.next();
      ahead = thread.submit(() -> maker.make(part));
    }
  }

  private T take() throws IOException {
    try {
      return ahead.get();
    } catch (ExecutionException e) {
      ahead = null;
      if (e.getCause() instanceof IOException failed) {
        throw new IOException(failed.getMessage(), failed);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    thread.shutdown();
    if (ahead != null) {
      T unused = take();
      ahead = null;
      try {
        unused.close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
