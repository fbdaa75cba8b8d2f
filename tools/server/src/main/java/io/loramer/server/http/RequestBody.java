package io.loramer.server.http;

import io.loramer.server.limits.RequestLimits;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/** Receives the body of a request without a waiting thread. */
final class RequestBody implements Runnable {
  private final Request request;
  private final RequestLimits limits;
  private final AtomicLong inFlight;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

  private RequestBody(Request request, RequestLimits limits, AtomicLong inFlight) {
    this.request = request;
    this.limits = limits;
    this.inFlight = inFlight;
  }

  /**
   * Receives the body of a request.
   *
   * @param inFlight the bytes of all open requests, to which these are added until this request
   *     ends
   * @return the bytes, or a {@link RefusedException} if the body is too large or too slow
   */
  static CompletableFuture<byte[]> read(
      Request request, RequestLimits limits, AtomicLong inFlight) {
    if (request.getLength() > limits.maxBytes()) {
      return CompletableFuture.failedFuture(tooLarge(limits));
    }
    RequestBody body = new RequestBody(request, limits, inFlight);
    Scheduler.Task late =
        request
            .getComponents()
            .getScheduler()
            .schedule(body::late, limits.timeout().toMillis(), TimeUnit.MILLISECONDS);
    body.run();
    return body.whole.whenComplete((bytes, failure) -> late.cancel());
  }

  private void late() {
    whole.completeExceptionally(
        new RefusedException(
            Refusal.TOO_SLOW,
            "The body did not arrive within %d s".formatted(limits.timeout().toSeconds())));
  }

  private static RefusedException tooLarge(RequestLimits limits) {
    return new RefusedException(
        Refusal.TOO_LARGE, "The body is larger than %d bytes".formatted(limits.maxBytes()));
  }

  /** Reads the available chunks, and registers to be called again when there are more. */
  @Override
  public void run() {
    while (!whole.isDone()) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        whole.completeExceptionally(RefusedException.invalid("The body ended early"));
        return;
      }
      try {
        add(BufferUtil.toArray(chunk.getByteBuffer()));
      } catch (RefusedException e) {
        whole.completeExceptionally(e);
      } finally {
        chunk.release();
      }
      if (chunk.isLast()) {
        whole.complete(bytes.toByteArray());
      }
    }
  }

  private void add(byte[] part) {
    if (bytes.size() + (long) part.length > limits.maxBytes()) {
      throw tooLarge(limits);
    }
    long all = inFlight.addAndGet(part.length);
    Request.addCompletionListener(request, failure -> inFlight.addAndGet(-part.length));
    if (all > limits.maxBytesInFlight()) {
      throw new RefusedException(Refusal.BUSY, "The server holds as many requests as it can");
    }
    bytes.writeBytes(part);
  }
}
