package io.loramer.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Ends gRPC calls whose message does not arrive in time; gRPC itself would wait forever. */
public record SlowCalls(Duration timeout, ScheduledExecutorService clock, GrpcCalls calls)
    implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ScheduledFuture<?> late =
        clock.schedule(
            () ->
                calls.refuse(
                    call,
                    new RefusedException(
                        Refusal.TOO_SLOW,
                        "The message did not arrive within %d s".formatted(timeout.toSeconds()))),
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
    return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
      @Override
      public void onHalfClose() {
        if (late.cancel(false)) {
          super.onHalfClose();
        }
      }

      @Override
      public void onComplete() {
        late.cancel(false);
        super.onComplete();
      }

      @Override
      public void onCancel() {
        late.cancel(false);
        super.onCancel();
      }
    };
  }
}
