package io.loramer.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Int64Value;
import io.grpc.stub.StreamObserver;
import io.loramer.server.model.HostTensor;
import io.loramer.server.model.ProtoTensor;
import io.loramer.server.model.Refusal;
import io.loramer.server.model.RefusedException;
import io.loramer.server.model.RequestMemory;
import io.loramer.server.model.ServedModel;
import io.loramer.server.model.ServedVersion;
import io.loramer.serving.GetModelMetadataRequest;
import io.loramer.serving.GetModelMetadataResponse;
import io.loramer.serving.ModelSpec;
import io.loramer.serving.PredictRequest;
import io.loramer.serving.PredictResponse;
import io.loramer.serving.PredictionServiceGrpc;
import io.loramer.serving.SignatureDefMap;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.tensorflow.proto.SignatureDef;

/** TF Serving's PredictionService. */
public final class PredictionGrpc extends PredictionServiceGrpc.PredictionServiceImplBase {
  private static final String SIGNATURE_DEF = "signature_def";

  private final ServedModel model;
  private final GrpcCalls calls;
  private final RequestMemory memory;
  private final Executor executor;

  /**
   * Creates the service.
   *
   * @param memory of all open requests
   * @param executor converts the outputs to messages
   */
  public PredictionGrpc(
      ServedModel model, GrpcCalls calls, RequestMemory memory, Executor executor) {
    this.model = model;
    this.calls = calls;
    this.memory = memory;
    this.executor = executor;
  }

  /** Returns the requested version; empty for the newest. */
  static OptionalLong version(ModelSpec spec) {
    return switch (spec.getVersionChoiceCase()) {
      case VERSION -> OptionalLong.of(spec.getVersion().getValue());
      case VERSION_LABEL ->
          throw RefusedException.invalid(
              "Unrecognized servable version label: %s", spec.getVersionLabel());
      case VERSIONCHOICE_NOT_SET -> OptionalLong.empty();
    };
  }

  @Override
  public void predict(PredictRequest request, StreamObserver<PredictResponse> caller) {
    calls.answer(
        "Predict",
        caller,
        () -> {
          if (!request.hasModelSpec()) {
            throw RefusedException.invalid("Missing ModelSpec");
          }
          ModelSpec spec = request.getModelSpec();
          return model.use(
              spec.getName(),
              version(spec),
              version -> {
                RequestMemory.Share held = memory.open(); // also after the caller has gone
                try {
                  return predict(version, request, held)
                      .whenComplete((answer, failure) -> held.close());
                } catch (RuntimeException e) {
                  held.close();
                  throw e;
                }
              });
        });
  }

  private CompletableFuture<PredictResponse> predict(
      ServedVersion version, PredictRequest request, RequestMemory.Share held) {
    String asked = request.getModelSpec().getSignatureName();
    String name = asked.isEmpty() ? "serving_default" : asked;
    SignatureDef signature = version.signatures().get(name);
    if (signature == null) {
      throw new RefusedException(
          Refusal.FAILED_PRECONDITION, "Serving signature key \"%s\" not found.".formatted(name));
    }
    Collection<String> outputs = outputs(request.getOutputFilterList(), signature);
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    request
        .getInputsMap()
        .forEach(
            (input, proto) ->
                inputs.put(
                    input, ProtoTensor.read(input, proto, ServedVersion.MAX_ELEMENTS, held)));
    PredictResponse.Builder response = PredictResponse.newBuilder();
    response.setModelSpec(
        ModelSpec.newBuilder()
            .setName(model.name())
            .setVersion(Int64Value.of(version.number()))
            .setSignatureName(name));
    return version
        .predict(name, inputs)
        .thenApplyAsync(
            tensors -> {
              outputs.forEach(
                  output -> response.putOutputs(output, ProtoTensor.write(tensors.get(output))));
              return response.build();
            },
            executor);
  }

  private static Collection<String> outputs(List<String> filter, SignatureDef signature) {
    Set<String> seen = new HashSet<>();
    Set<String> known = new TreeSet<>(signature.getOutputsMap().keySet());
    for (String output : filter) {
      if (!known.contains(output)) {
        throw RefusedException.invalid(
            "output tensor alias not found in signature: %s Outputs expected to be in the set"
                + " {%s}.",
            output, String.join(",", known));
      }
      if (!seen.add(output)) {
        throw RefusedException.invalid("duplicate output tensor alias: %s", output);
      }
    }
    return filter.isEmpty() ? known : filter;
  }

  @Override
  public void getModelMetadata(
      GetModelMetadataRequest request, StreamObserver<GetModelMetadataResponse> caller) {
    calls.answer(
        "GetModelMetadata",
        caller,
        () -> {
          requireSignatures(request);
          ModelSpec spec = request.getModelSpec();
          return model.use(
              spec.getName(),
              version(spec),
              version -> CompletableFuture.completedFuture(metadata(version)));
        });
  }

  private static void requireSignatures(GetModelMetadataRequest request) {
    if (!request.hasModelSpec()) {
      throw RefusedException.invalid("Missing ModelSpec");
    }
    if (request.getMetadataFieldCount() == 0) {
      throw RefusedException.invalid(
          "GetModelMetadataRequest must specify at least one metadata_field");
    }
    for (String field : request.getMetadataFieldList()) {
      if (!field.equals(SIGNATURE_DEF)) {
        throw RefusedException.invalid("Metadata field %s is not supported", field);
      }
    }
  }

  private GetModelMetadataResponse metadata(ServedVersion version) {
    SignatureDefMap signatures =
        SignatureDefMap.newBuilder().putAllSignatureDef(version.signatures()).build();
    return GetModelMetadataResponse.newBuilder()
        .setModelSpec(
            ModelSpec.newBuilder()
                .setName(model.name())
                .setVersion(Int64Value.of(version.number())))
        .putMetadata(SIGNATURE_DEF, Any.pack(signatures))
        .build();
  }
}
