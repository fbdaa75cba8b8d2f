package io.loramer.server.grpc;

import io.grpc.stub.StreamObserver;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.ServedModel;
import io.loramer.server.model.VersionState;
import io.loramer.serving.GetModelStatusRequest;
import io.loramer.serving.GetModelStatusResponse;
import io.loramer.serving.ModelServiceGrpc;
import io.loramer.serving.ModelSpec;
import io.loramer.serving.ModelVersionStatus;
import io.loramer.serving.StatusProto;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** TF Serving's ModelService, without the reloading of a configuration. */
public final class ModelGrpc extends ModelServiceGrpc.ModelServiceImplBase {
  private final ServedModel model;
  private final GrpcCalls calls;

  public ModelGrpc(ServedModel model, GrpcCalls calls) {
    this.model = model;
    this.calls = calls;
  }

  @Override
  public void getModelStatus(
      GetModelStatusRequest request, StreamObserver<GetModelStatusResponse> caller) {
    calls.answer(
        "GetModelStatus",
        caller,
        () -> {
          if (!request.hasModelSpec()) {
            throw RefusedException.invalid("Missing ModelSpec");
          }
          return CompletableFuture.completedFuture(status(request.getModelSpec()));
        });
  }

  private GetModelStatusResponse status(ModelSpec spec) {
    OptionalLong version = PredictionGrpc.version(spec);
    GetModelStatusResponse.Builder response = GetModelStatusResponse.newBuilder();
    for (var entry : model.states(spec.getName(), version).entrySet()) {
      VersionState state = entry.getValue();
      response.addModelVersionStatus(
          ModelVersionStatus.newBuilder()
              .setVersion(entry.getKey())
              .setState(state.state())
              .setStatus(
                  StatusProto.newBuilder()
                      .setErrorCode(state.error())
                      .setErrorMessage(state.message())));
    }
    return response.build();
  }
}
