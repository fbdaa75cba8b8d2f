package io.loramer.server.model;

import io.loramer.server.limits.BatchLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The queue of waiting calls, and the thread that runs them in batches of similar length. The
 * oldest call is always in the next batch, so no call waits forever.
 */
final class BatchQueue implements AutoCloseable {
  private final BatchLimits limits;
  private final BatchRunner runner;
  private final ServerMetrics metrics;
  private final Thread worker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting> waiting = new ArrayDeque<>(); // guarded by lock, the oldest first
  private boolean closed; // guarded by lock

  /** A waiting call with its answer; not a record, since two calls are never equal. */
  private static final class Waiting {
    private final BatchItem item;
    private final long sinceNanos = System.nanoTime();
    private final CompletableFuture<Map<String, HostTensor>> answer = new CompletableFuture<>();

    Waiting(BatchItem item) {
      this.item = item;
    }

    BatchItem item() {
      return item;
    }
  }

  /** Starts the thread that runs batches. */
  BatchQueue(BatchLimits limits, BatchRunner runner, ServerMetrics metrics) {
    this.limits = limits;
    this.runner = runner;
    this.metrics = metrics;
    worker = new Thread(this::work, "batches");
    worker.setDaemon(true);
    worker.start();
  }

  /**
   * Adds all parts of a call, or none. If the queue is empty, a call may have more parts than the
   * queue's limit.
   *
   * @return the future outputs of each part
   * @throws RefusedException if the queue is full
   */
  List<CompletableFuture<Map<String, HostTensor>>> submit(List<BatchItem> parts) {
    lock.lock();
    try {
      if (closed) {
        throw new RefusedException(Refusal.UNAVAILABLE, "The server is shutting down");
      }
      if (!waiting.isEmpty() && waiting.size() + parts.size() > limits.maxQueued()) {
        throw new RefusedException(
            Refusal.BUSY, "The queue is full: %d calls wait".formatted(waiting.size()));
      }
      List<Waiting> added = parts.stream().map(Waiting::new).toList();
      waiting.addAll(added);
      changed.signal();
      return added.stream().map(call -> call.answer).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of waiting calls. */
  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Accepts no further calls, and returns when all accepted ones are answered. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true; // the model must not be closed while the thread runs it
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
      long now = System.nanoTime();
      List<Waiting> alive = new ArrayList<>();
      for (Waiting call : batch) {
        metrics.queued(now - call.sinceNanos);
        if (now - call.sinceNanos > limits.maxAge().toNanos()) {
          call.answer.completeExceptionally(
              new RefusedException(
                  Refusal.DEADLINE_EXCEEDED, "The call waited too long for its turn"));
        } else {
          alive.add(call);
        }
      }
      run(alive);
    }
  }

  /** Runs a batch; if it fails, runs each of its calls alone. */
  private void run(List<Waiting> batch) {
    if (batch.isEmpty()) {
      return;
    }
    try {
      List<Map<String, HostTensor>> answers =
          runner.run(batch.stream().map(Waiting::item).toList());
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).answer.complete(answers.get(i));
      }
    } catch (RefusedException e) {
      if (batch.size() == 1) {
        batch.get(0).answer.completeExceptionally(e);
      } else {
        batch.forEach(call -> run(List.of(call)));
      }
    }
  }

  /** Waits for the next batch; empty once the queue is closed and empty. */
  private List<Waiting> next() {
    lock.lock();
    try {
      while (true) {
        if (waiting.isEmpty() && closed) {
          return List.of();
        }
        long left = Long.MAX_VALUE;
        if (!waiting.isEmpty()) {
          List<Waiting> batch = choose();
          int rows = batch.stream().mapToInt(call -> call.item.rows()).sum();
          left = limits.maxWait().toNanos() - (System.nanoTime() - waiting.getFirst().sinceNanos);
          if (rows >= limits.maxRows() || left <= 0 || closed) {
            waiting.removeAll(batch);
            return batch;
          }
        }
        changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // this thread is never interrupted: it ends by close()
    } finally {
      lock.unlock();
    }
  }

  /** Returns the oldest call, and as many of the others nearest to it in length as fit. */
  private List<Waiting> choose() {
    Waiting oldest = waiting.getFirst();
    List<Waiting> others =
        waiting.stream()
            .skip(1)
            .filter(call -> call.item.fits(oldest.item))
            .sorted(
                Comparator.comparingInt(
                    call -> Math.abs(call.item.length() - oldest.item.length())))
            .toList();
    List<Waiting> batch = new ArrayList<>(List.of(oldest));
    int rows = oldest.item.rows();
    long longest = oldest.item.length();
    for (Waiting call : others) {
      long widest = Math.max(longest, call.item.length());
      int more = rows + call.item.rows();
      if (more <= limits.maxRows() && more * widest <= limits.maxSamples()) {
        batch.add(call);
        rows = more;
        longest = widest;
      }
    }
    return batch;
  }
}
