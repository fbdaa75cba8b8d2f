package io.loramer.tools.serve;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;

/**
 * Refuses calls over gRPC before their message is read, when as many as there is room for are at
 * work. (An executor that refuses would not do: gRPC then resets the stream, without a reason.)
 */
record CallLimit(Semaphore room) implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!room.tryAcquire()) {
      call.close(
          Status.RESOURCE_EXHAUSTED.withDescription("The queue is full: too many calls at a time"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
      @Override
      public void onComplete() {
        room.release();
        super.onComplete();
      }

      @Override
      public void onCancel() {
        room.release();
        super.onCancel();
      }
    };
  }
}
