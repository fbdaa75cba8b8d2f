package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.loramer.serving.GetModelMetadataRequest;
import io.loramer.serving.GetModelMetadataResponse;
import io.loramer.serving.GetModelStatusRequest;
import io.loramer.serving.ModelServiceGrpc;
import io.loramer.serving.ModelSpec;
import io.loramer.serving.ModelVersionStatus;
import io.loramer.serving.PredictRequest;
import io.loramer.serving.PredictResponse;
import io.loramer.serving.PredictionServiceGrpc;
import io.loramer.serving.PredictionServiceGrpc.PredictionServiceBlockingStub;
import io.loramer.serving.SignatureDefMap;
import io.loramer.training.testing.TinyModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.error.Code;

/** TF Serving's gRPC interface, called by the client that protoc generates from its protos. */
@Timeout(120)
class GrpcTest {
  private static final int SAMPLES = 900;

  @TempDir private static Path folder;
  private static RunningServer server;
  private static ManagedChannel channel;
  private static PredictionServiceBlockingStub client;

  @BeforeAll
  static void start() throws IOException {
    server = RunningServer.inFolder(folder);
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.server().grpcPort())
            .usePlaintext()
            .build();
    client = PredictionServiceGrpc.newBlockingStub(channel);
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  private static TensorProto.Builder tensor(DataType type, long... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(type);
    for (long size : shape) {
      tensor.getTensorShapeBuilder().addDimBuilder().setSize(size);
    }
    return tensor;
  }

  /** A request with samples as raw bytes and ids as a list, the two forms that clients use. */
  private static PredictRequest.Builder request() {
    ByteBuffer samples = ByteBuffer.allocate(4 * SAMPLES).order(ByteOrder.LITTLE_ENDIAN);
    for (int t = 0; t < SAMPLES; t++) {
      samples.putFloat((short) (12_000 * Math.sin(0.1 * t)) / 32768f);
    }
    TensorProto waveform =
        tensor(DataType.DT_FLOAT, 1, SAMPLES)
            .setTensorContent(ByteString.copyFrom(samples.flip()))
            .build();
    return words(PredictRequest.newBuilder())
        .setModelSpec(ModelSpec.newBuilder().setName("tiny"))
        .putInputs("input_values", waveform)
        .putInputs("audio_lengths", tensor(DataType.DT_INT32, 1).addIntVal(SAMPLES).build());
  }

  private static PredictRequest.Builder words(PredictRequest.Builder request) {
    TensorProto ids =
        tensor(DataType.DT_INT32, 1, 3).addIntVal(0).addIntVal(40).addIntVal(2).build();
    return request
        .putInputs("input_ids", ids)
        .putInputs("text_lengths", tensor(DataType.DT_INT32, 1).addIntVal(3).build());
  }

  @Test
  void predictGivesAllOutputs() {
    PredictResponse response = client.predict(request().build());
    assertEquals("tiny", response.getModelSpec().getName());
    assertEquals(1, response.getModelSpec().getVersion().getValue());
    assertEquals("serving_default", response.getModelSpec().getSignatureName());
    assertEquals(
        Set.of("embedding", "fusion_weights", "labels", "logits", "probabilities"),
        response.getOutputsMap().keySet());
    TensorProto probabilities = response.getOutputsOrThrow("probabilities");
    assertEquals(DataType.DT_FLOAT, probabilities.getDtype());
    assertEquals(1, probabilities.getFloatVal(0) + probabilities.getFloatVal(1), 1e-6);
    String best = probabilities.getFloatVal(0) > probabilities.getFloatVal(1) ? "joy" : "fear";
    assertEquals(best, response.getOutputsOrThrow("labels").getStringVal(0).toStringUtf8());
  }

  @Test
  void wavFileGivesTheSameOutputsAsItsSamples() {
    TensorProto file =
        tensor(DataType.DT_STRING, 1)
            .addStringVal(ByteString.copyFrom(TinyModel.wav(SAMPLES, 0.1)))
            .build();
    PredictRequest ofFile =
        words(PredictRequest.newBuilder())
            .setModelSpec(ModelSpec.newBuilder().setName("tiny").setSignatureName("wav_bytes"))
            .putInputs("wav_bytes", file)
            .addOutputFilter("logits")
            .build();
    PredictResponse response = client.predict(ofFile);
    assertEquals(Set.of("logits"), response.getOutputsMap().keySet());
    TensorProto expected = client.predict(request().build()).getOutputsOrThrow("logits");
    for (int i = 0; i < 2; i++) {
      assertEquals(
          expected.getFloatVal(i), response.getOutputsOrThrow("logits").getFloatVal(i), 1e-5);
    }
  }

  @Test
  void metadataIsTheSignatures() throws IOException {
    GetModelMetadataResponse response =
        client.getModelMetadata(
            GetModelMetadataRequest.newBuilder()
                .setModelSpec(ModelSpec.newBuilder().setName("tiny").setVersion(Int64Value.of(1)))
                .addMetadataField("signature_def")
                .build());
    assertEquals(1, response.getModelSpec().getVersion().getValue());
    SignatureDefMap signatures =
        response.getMetadataOrThrow("signature_def").unpack(SignatureDefMap.class);
    assertEquals(
        Set.of("explain", "serving_default", "wav_bytes"),
        signatures.getSignatureDefMap().keySet());
  }

  @Test
  void statusIsAvailable() {
    ModelVersionStatus status =
        ModelServiceGrpc.newBlockingStub(channel)
            .getModelStatus(
                GetModelStatusRequest.newBuilder()
                    .setModelSpec(ModelSpec.newBuilder().setName("tiny"))
                    .build())
            .getModelVersionStatus(0);
    assertEquals(1, status.getVersion());
    assertEquals(ModelVersionStatus.State.AVAILABLE, status.getState());
    assertEquals(Code.OK, status.getStatus().getErrorCode());
  }

  @Test
  void refusalsHaveTfServingsCodes() {
    assertRefused(
        Status.Code.NOT_FOUND,
        "Servable not found for request: Latest(x)",
        request().setModelSpec(ModelSpec.newBuilder().setName("x")));
    assertRefused(
        Status.Code.NOT_FOUND,
        "Servable not found for request: Specific(tiny, 7)",
        request()
            .setModelSpec(ModelSpec.newBuilder().setName("tiny").setVersion(Int64Value.of(7))));
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "Unrecognized servable version label: new",
        request().setModelSpec(ModelSpec.newBuilder().setName("tiny").setVersionLabel("new")));
    assertRefused(
        Status.Code.FAILED_PRECONDITION,
        "Serving signature key \"x\" not found.",
        request().setModelSpec(ModelSpec.newBuilder().setName("tiny").setSignatureName("x")));
    assertRefused(Status.Code.INVALID_ARGUMENT, "Missing ModelSpec", request().clearModelSpec());
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "output tensor alias not found in signature: x Outputs expected to be in the set"
            + " {embedding,fusion_weights,labels,logits,probabilities}.",
        request().addOutputFilter("x"));
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "input size does not match signature: 3!=4, expected"
            + " {audio_lengths,input_ids,input_values,text_lengths}, missing {input_ids}",
        request().removeInputs("input_ids"));
  }

  /** A message of a few bytes whose shape is a terabyte. */
  @Test
  void tensorsThatClaimTooMuchAreRefused() {
    TensorProto huge = tensor(DataType.DT_FLOAT, 1 << 20, 1 << 20).addFloatVal(0).build();
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "input_values: has more than 16000000 values",
        request().putInputs("input_values", huge));
    TensorProto hidden = tensor(DataType.DT_FLOAT, 0, Long.MAX_VALUE).build();
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "input_values: has more than 16000000 values",
        request().putInputs("input_values", hidden));
    TensorProto fewer =
        tensor(DataType.DT_INT32, 1, 3).setTensorContent(ByteString.copyFrom(new byte[11])).build();
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        "input_ids: expected 12 bytes for its shape, found 11",
        request().putInputs("input_ids", fewer));
  }

  /** Calls GetModelStatus with bytes as they are. */
  private static Status status(byte[] message, CallOptions options, Metadata headers) {
    MethodDescriptor<byte[], byte[]> method =
        ModelServiceGrpc.getGetModelStatusMethod().toBuilder(new Bytes(), new Bytes()).build();
    Channel with =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    try {
      ClientCalls.blockingUnaryCall(with, method, options, message);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void messagesThatDoNotParseAreInvalidArgumentsAndCounted() throws Exception {
    double before = counted("INVALID_ARGUMENT");
    for (byte[] message :
        List.of(
            new byte[] {-1, -1, 1, 2, 3}, // no field has this tag
            new byte[] {10, 68, 10, 2}, // cut short
            new byte[] {10, 4, 10, 2, (byte) 0xc3, 0x28})) { // a name that is not UTF-8
      Status status = status(message, CallOptions.DEFAULT, new Metadata());
      assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode(), status::toString);
      assertEquals(
          "The message is not that of tensorflow.serving.ModelService/GetModelStatus",
          status.getDescription());
    }
    awaitCount("INVALID_ARGUMENT", before + 3);
  }

  @Test
  void messagesThatUnpackAboveTheLimitExhaustTheResource() throws Exception {
    double before = counted("RESOURCE_EXHAUSTED");
    CallOptions gzip = CallOptions.DEFAULT.withCompression("gzip");
    Status status = status(new byte[5 << 20], gzip, new Metadata());
    assertEquals("The message is larger than 4194304 bytes", status.getDescription());
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode());
    awaitCount("RESOURCE_EXHAUSTED", before + 1);
    assertEquals("Missing ModelSpec", status(new byte[0], gzip, new Metadata()).getDescription());
  }

  @Test
  void largeMetadataIsRefusedWithAStatus() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-large", Metadata.ASCII_STRING_MARSHALLER), "y".repeat(100_000));
    Status status = status(new byte[0], CallOptions.DEFAULT, headers);
    assertEquals("The metadata is larger than 8192 bytes", status.getDescription());
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode());
  }

  /** The server counts a call after it has answered; the class's timeout ends the waiting. */
  private static void awaitCount(String code, double expected) throws Exception {
    while (counted(code) < expected) {
      Thread.onSpinWait();
    }
    assertEquals(expected, counted(code));
  }

  private static double counted(String code) throws Exception {
    String line = ":tensorflow:serving:request_count{model_name=\"tiny\",status=\"" + code + "\"} ";
    return server
        .text("/monitoring/prometheus/metrics")
        .lines()
        .filter(found -> found.startsWith(line))
        .mapToDouble(found -> Double.parseDouble(found.substring(line.length())))
        .sum();
  }

  /** protobuf-java 3.21, which TensorFlow Java depends on, overflows its stack (CVE-2024-7254). */
  @Test
  void nestedGroupsDoNotOverflowTheStack() {
    byte[] groups = new byte[2 << 20];
    Arrays.fill(groups, (byte) 0x4b); // start of group 9, which is in no message
    assertThrows(InvalidProtocolBufferException.class, () -> PredictRequest.parseFrom(groups));
  }

  private static void assertRefused(
      Status.Code code, String sentence, PredictRequest.Builder request) {
    Executable call = () -> client.predict(request.build());
    Status status = assertThrows(StatusRuntimeException.class, call).getStatus();
    assertEquals(sentence, status.getDescription());
    assertEquals(code, status.getCode());
  }
}
