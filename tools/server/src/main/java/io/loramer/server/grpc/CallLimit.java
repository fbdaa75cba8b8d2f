package io.loramer.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.loramer.server.limits.RequestLimits;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Refuses gRPC calls beyond the limits: of their number before their message is received, of their
 * bytes before the message is handled. (A refusing executor would not do: gRPC then resets the
 * stream without a reason.)
 *
 * @param room the free places for calls
 * @param inFlight the bytes of all open requests, those over HTTP included
 */
public record CallLimit(Semaphore room, AtomicLong inFlight, RequestLimits limits)
    implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!room.tryAcquire()) {
      refuse(call, "The queue is full: too many calls at a time");
      return new ServerCall.Listener<>() {};
    }
    return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
      private long bytes;
      private boolean isRefused;

      @Override
      public void onMessage(Q message) {
        long size = ((MessageLite) message).getSerializedSize();
        bytes += size;
        if (inFlight.addAndGet(size) > limits.maxBytesInFlight()) {
          isRefused = true;
          refuse(call, "The server holds as many requests as it can");
        } else {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
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
        release();
        super.onCancel();
      }

      private void release() {
        room.release();
        inFlight.addAndGet(-bytes);
      }
    };
  }

  private static void refuse(ServerCall<?, ?> call, String why) {
    call.close(Status.RESOURCE_EXHAUSTED.withDescription(why), new Metadata());
  }
}
