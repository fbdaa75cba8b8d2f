package io.loramer.recognition.batches;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes the next item on a second thread while the current one is in use.
 *
 * @param <P> the input of an item
 * @param <T> an item, which the caller closes
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

  /** Makes items of inputs. */
  @FunctionalInterface
  public interface Maker<P, T> {
    /** Makes an item, on the second thread. */
    T make(P part) throws IOException;
  }

  /** Starts making the first item. */
  public Prefetch(List<P> parts, Maker<P, T> maker) {
    this.parts = parts.iterator();
    this.maker = maker;
    begin();
  }

  /** Returns whether there is another item. */
  public boolean hasNext() {
    return ahead != null;
  }

  /**
   * Returns the next item, and starts making the one after it.
   *
   * @throws IOException if the item could not be made
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
