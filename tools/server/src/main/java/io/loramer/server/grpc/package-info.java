/**
 * The gRPC interface: TF Serving's PredictionService and ModelService, and the limits of their
 * calls.
 *
 * <p>In: TF Serving's request messages. Out: its response messages, or a status with a sentence.
 *
 * <pre>{@code
 * PredictRequest request = PredictRequest.newBuilder().setModelSpec(spec).putAllInputs(in).build();
 * PredictResponse response = PredictionServiceGrpc.newBlockingStub(channel).predict(request);
 * }</pre>
 *
 * <p>Internal: used by LoRA-MER's own modules only; may change without notice.
 */
package io.loramer.server.grpc;
