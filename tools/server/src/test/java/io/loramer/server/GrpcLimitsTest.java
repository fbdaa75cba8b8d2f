package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.loramer.serving.ModelSpec;
import io.loramer.serving.PredictRequest;
import io.loramer.serving.PredictResponse;
import io.loramer.serving.PredictionServiceGrpc;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** gRPC callers that are too many, too slow, or disconnected. */
@Tag("slow")
@Timeout(120)
class GrpcLimitsTest {
  private static final int CALLS = 150;

  @TempDir private Path folder;

  @BeforeEach
  void copyModel() throws IOException {
    TinyModel.copyTo(folder, 1);
  }

  private record Caller(ManagedChannel channel) implements AutoCloseable {
    static Caller of(RunningServer server) {
      return new Caller(
          ManagedChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
              .usePlaintext()
              .build());
    }

    ListenableFuture<PredictResponse> predict(PredictRequest request) {
      return PredictionServiceGrpc.newFutureStub(channel).predict(request);
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  private static PredictRequest request(int samples) {
    TensorProto.Builder file = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    file.addStringVal(ByteString.copyFrom(TinyModel.wav(samples, 0.1)));
    file.getTensorShapeBuilder().addDimBuilder().setSize(1);
    TensorProto.Builder ids = TensorProto.newBuilder().setDtype(DataType.DT_INT32);
    ids.addIntVal(0).addIntVal(2).getTensorShapeBuilder().addDimBuilder().setSize(1);
    ids.getTensorShapeBuilder().addDimBuilder().setSize(2);
    TensorProto.Builder length = TensorProto.newBuilder().setDtype(DataType.DT_INT32);
    length.addIntVal(2).getTensorShapeBuilder().addDimBuilder().setSize(1);
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName("tiny").setSignatureName("wav_bytes"))
        .putInputs("wav_bytes", file.build())
        .putInputs("input_ids", ids.build())
        .putInputs("text_lengths", length.build())
        .build();
  }

  @Test
  void callsBeyondTheQueueAreRefusedAndTheOthersAnswered() throws Exception {
    try (RunningServer server = RunningServer.of(folder, 2, Duration.ofSeconds(60));
        Caller caller = Caller.of(server)) {
      PredictRequest request = request(TinyModel.MAX_SAMPLES);
      List<ListenableFuture<PredictResponse>> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        calls.add(caller.predict(request));
      }
      int answered = 0;
      for (ListenableFuture<PredictResponse> call : calls) {
        try {
          answered += call.get().getOutputsMap().containsKey("logits") ? 1 : 0;
        } catch (ExecutionException e) {
          Status status = Status.fromThrowable(e);
          assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status::toString);
          assertTrue(status.getDescription().startsWith("The queue is full"), status::toString);
        }
      }
      assertTrue(answered >= 2 && answered < CALLS, "answered " + answered);
      caller.predict(request(900)).get();
    }
  }

  /** gRPC itself would wait until they disconnect. */
  @Test
  void callersThatNeverFinishAreCutOff() throws Exception {
    try (RunningServer server = RunningServer.of(folder, 100, Duration.ofSeconds(1));
        Caller caller = Caller.of(server)) {
      CompletableFuture<Status> silent = unfinished(caller, 0);
      CompletableFuture<Status> stuck = unfinished(caller, 1);
      for (Status status : List.of(silent.get(), stuck.get())) {
        assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode(), status::toString);
        assertEquals("The message did not arrive within 1 s", status.getDescription());
      }
      caller.predict(request(900)).get();
    }
  }

  /** Starts a call that sends messages but never completes its request stream. */
  private static CompletableFuture<Status> unfinished(Caller caller, int messages) {
    CompletableFuture<Status> closed = new CompletableFuture<>();
    ClientCall<PredictRequest, PredictResponse> call =
        caller.channel.newCall(PredictionServiceGrpc.getPredictMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    for (int i = 0; i < messages; i++) {
      call.sendMessage(request(900));
    }
    return closed;
  }

  @Test
  void disconnectedCallersDoNotAffectOthers() throws Exception {
    try (RunningServer server = RunningServer.of(folder, 100, Duration.ofSeconds(60));
        Caller caller = Caller.of(server)) {
      for (int i = 0; i < 5; i++) {
        StatusRuntimeException gone =
            assertThrows(
                StatusRuntimeException.class,
                () ->
                    PredictionServiceGrpc.newBlockingStub(caller.channel)
                        .withDeadlineAfter(1, TimeUnit.MILLISECONDS)
                        .predict(request(TinyModel.MAX_SAMPLES)));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, gone.getStatus().getCode());
      }
      assertTrue(caller.predict(request(900)).get().getOutputsMap().containsKey("logits"));
    }
  }
}
