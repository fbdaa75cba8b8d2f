package io.loramer.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.loramer.server.limits.RequestLimits;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/**
 * Refuses gRPC calls beyond the limits, of their number and metadata before their message is
 * received, of their bytes before the message is handled, and messages that cannot be parsed. (A
 * refusing executor would not do: gRPC then resets the stream without a reason. gRPC's own parser
 * would answer UNKNOWN.) The services' messages must be {@link
 * ServerInterceptors#useInputStreamMessages streams}.
 *
 * @param room the free places for calls
 * @param memory of all open requests, those over HTTP included
 */
public record CallLimit(Semaphore room, RequestMemory memory, RequestLimits limits, GrpcCalls calls)
    implements ServerInterceptor {
  /** The largest metadata that is accepted, as in other servers. */
  private static final int MAX_METADATA = 8192;

  /** The largest metadata that is received; gRPC ends the connection of a caller with more. */
  public static final int MAX_RECEIVED_METADATA = 1 << 20;

  /** The size that HTTP/2 adds for each entry. */
  private static final int ENTRY_OVERHEAD = 32;

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (size(headers) > MAX_METADATA) {
      calls.refuse(
          call,
          new RefusedException(
              Refusal.TOO_LARGE, "The metadata is larger than %d bytes".formatted(MAX_METADATA)));
      return new ServerCall.Listener<>() {};
    }
    if (!room.tryAcquire()) {
      calls.refuse(
          call, new RefusedException(Refusal.BUSY, "The queue is full: too many calls at a time"));
      return new ServerCall.Listener<>() {};
    }
    return new Limited<>(call, next.startCall(call, headers), memory.open());
  }

  private static long size(Metadata headers) {
    long size = 0;
    for (String name : headers.keys()) {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        for (byte[] value :
            headers.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER))) {
          size += ENTRY_OVERHEAD + name.length() + value.length;
        }
      } else {
        for (String value :
            headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))) {
          size += ENTRY_OVERHEAD + name.length() + value.length();
        }
      }
    }
    return size;
  }

  /** The events of one call. */
  private final class Limited<Q, A> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, A> call;
    private final RequestMemory.Share held;
    private boolean isRefused;
    private boolean isReceived;

    Limited(ServerCall<Q, A> call, ServerCall.Listener<Q> next, RequestMemory.Share held) {
      super(next);
      this.call = call;
      this.held = held;
    }

    @Override
    public void onMessage(Q message) {
      if (isRefused) {
        return; // gRPC also delivers a second message that it had received before the refusal
      }
      try {
        super.onMessage(received((InputStream) message));
      } catch (RefusedException e) {
        refuse(e);
      } catch (StatusRuntimeException e) {
        refuse(
            e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                ? new RefusedException(
                    Refusal.TOO_LARGE,
                    "The message is larger than %d bytes".formatted(limits.maxBytes()))
                : RefusedException.invalid(
                    "The message is not that of %s",
                    call.getMethodDescriptor().getFullMethodName()));
      } catch (IOException e) {
        refuse(RefusedException.invalid("The message cannot be decompressed"));
      }
    }

    /** Unpacks the message, and counts its bytes and those of what is parsed from it. */
    @SuppressWarnings("unchecked") // the messages of all services are streams
    private Q received(InputStream message) throws IOException {
      long most = message instanceof KnownLength ? message.available() : limits.maxBytes();
      held.take(2 * most);
      byte[] bytes = message.readAllBytes();
      held.giveBack(2 * (most - bytes.length));
      return (Q) new ByteArrayInputStream(bytes);
    }

    private void refuse(RefusedException why) {
      isRefused = true;
      calls.refuse(call, why);
    }

    @Override
    public void onHalfClose() {
      isReceived = true;
      if (!isRefused) {
        super.onHalfClose();
      }
    }

    @Override
    public void onComplete() {
      release();
      super.onComplete();
    }

    @Override
    public void onCancel() {
      if (!isReceived && !isRefused) {
        calls.ended(call, Status.Code.CANCELLED);
      }
      release();
      super.onCancel();
    }

    private void release() {
      room.release();
      held.close();
    }
  }
}
