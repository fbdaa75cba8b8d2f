package io.loramer.server.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.ServerMetrics;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;

/** Answers, counts and logs gRPC calls. */
public record GrpcCalls(ServerMetrics metrics) {
  private static final Logger LOG = LogManager.getLogger(GrpcCalls.class);

  /** Answers a call with the result of a computation, or with the status of its failure. */
  <T> void answer(String api, StreamObserver<T> caller, Supplier<CompletableFuture<T>> answer) {
    long start = System.nanoTime();
    CompletableFuture<T> unused =
        started(answer)
            .whenComplete(
                (message, failure) -> {
                  String code = "OK";
                  if (failure == null) {
                    caller.onNext(message);
                    caller.onCompleted();
                  } else {
                    Status status = status(failure);
                    code = status.getCode().name();
                    caller.onError(status.asRuntimeException());
                  }
                  ended(api, code, System.nanoTime() - start);
                });
  }

  /** Ends a call that no service has answered, with the status of a refusal. */
  void refuse(ServerCall<?, ?> call, RefusedException why) {
    call.close(status(why), new Metadata());
    ended(call, why.refusal().code());
  }

  /** Counts and logs a call that ended before a service could answer it. */
  void ended(ServerCall<?, ?> call, Status.Code code) {
    ended(call.getMethodDescriptor().getBareMethodName(), code.name(), 0);
  }

  private void ended(String api, String code, long nanos) {
    metrics.answered(api, "GRPC", code, nanos);
    LOG.info(
        new StringMapMessage()
            .with("event", "request")
            .with("method", api)
            .with("status", code)
            .with("micros", nanos / 1000));
  }

  private static <T> CompletableFuture<T> started(Supplier<CompletableFuture<T>> answer) {
    try {
      return answer.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Status status(Throwable failure) {
    RefusedException refused = RefusedException.of(failure);
    if (refused.refusal() == Refusal.INTERNAL) {
      LOG.error(new StringMapMessage().with("event", "request_failed"), failure);
    }
    return Status.fromCode(refused.refusal().code()).withDescription(refused.getMessage());
  }
}
