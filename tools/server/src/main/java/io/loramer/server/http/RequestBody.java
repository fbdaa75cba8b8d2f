package io.loramer.server.http;

import io.loramer.server.limits.RequestLimits;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;

/** Receives the body of a request without a waiting thread. */
final class RequestBody implements Runnable {
  /** The names of gzip in Content-Encoding. */
  private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

  private static final int FIRST_BYTES = 8192;

  private final Request request;
  private final RequestLimits limits;
  private final RequestMemory.Share held;
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private byte[] bytes = new byte[0];
  private int count;

  private RequestBody(Request request, RequestLimits limits, RequestMemory.Share held) {
    this.request = request;
    this.limits = limits;
    this.held = held;
  }

  /**
   * Receives the body of a request, and unpacks it if it is compressed by gzip.
   *
   * @param held counts the bytes
   * @return the bytes, or a {@link RefusedException} if the body is too large or too slow, or
   *     compressed by another method
   */
  static CompletableFuture<byte[]> read(
      Request request, RequestLimits limits, RequestMemory.Share held) {
    boolean packed = isPacked(request);
    if (request.getLength() > limits.maxBytes()) {
      return CompletableFuture.failedFuture(tooLarge(limits));
    }
    RequestBody body = new RequestBody(request, limits, held);
    Scheduler.Task late =
        request
            .getComponents()
            .getScheduler()
            .schedule(body::late, limits.timeout().toMillis(), TimeUnit.MILLISECONDS);
    body.run();
    CompletableFuture<byte[]> received = body.whole.whenComplete((bytes, failure) -> late.cancel());
    return packed ? received.thenApply(body::unpacked) : received;
  }

  /**
   * Returns whether the body is compressed by gzip.
   *
   * @throws RefusedException if it is compressed by another method, or more than once
   */
  private static boolean isPacked(Request request) {
    List<String> codings =
        request.getHeaders().getCSV(HttpHeader.CONTENT_ENCODING, false).stream()
            .filter(coding -> !coding.equalsIgnoreCase("identity"))
            .toList();
    if (codings.isEmpty()) {
      return false;
    }
    String only = codings.get(0).toLowerCase(Locale.ROOT);
    if (codings.size() > 1 || !GZIP.contains(only)) {
      throw new RefusedException(
          Refusal.UNSUPPORTED,
          "Content-Encoding: expected gzip or identity, found " + String.join(", ", codings));
    }
    return true;
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
        add(chunk.getByteBuffer());
      } catch (RefusedException e) {
        whole.completeExceptionally(e);
      } finally {
        chunk.release();
      }
      if (chunk.isLast()) {
        whole.complete(trimmed());
      }
    }
  }

  private void add(ByteBuffer part) {
    int length = part.remaining();
    reserve(length);
    part.get(bytes, count, length);
    count += length;
  }

  /** Makes room for more bytes. The size doubles, up to the announced one. */
  private void reserve(int more) {
    long needed = (long) count + more;
    if (needed > limits.maxBytes()) {
      throw tooLarge(limits);
    }
    if (needed > bytes.length) {
      long announced = request.getLength();
      long most = announced >= needed ? announced : limits.maxBytes();
      int size = (int) Math.max(needed, Math.min(most, Math.max(FIRST_BYTES, 2L * bytes.length)));
      held.take(size - bytes.length);
      bytes = Arrays.copyOf(bytes, size);
    }
  }

  private byte[] trimmed() {
    byte[] all = count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    held.giveBack(bytes.length - count);
    bytes = new byte[0];
    return all;
  }

  /** Unpacks the body; its limits apply to what comes out. */
  private byte[] unpacked(byte[] packed) {
    count = 0;
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      byte[] part = new byte[FIRST_BYTES];
      for (int length = in.read(part); length >= 0; length = in.read(part)) {
        add(ByteBuffer.wrap(part, 0, length));
      }
    } catch (IOException e) {
      throw RefusedException.invalid(
          "Content-Encoding: the body is not complete gzip, as the header states");
    }
    held.giveBack(packed.length);
    return trimmed();
  }
}
