package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.server.RunningServer.Response;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TF Serving's REST interface, field by field as its api_rest.md documents it. */
@Tag("slow")
class RestTest {
  private static final String PREDICT = "/v1/models/tiny:predict";
  private static final String IDS = "\"input_ids\": [0, 40, 2], \"text_lengths\": 3";

  @TempDir private static Path folder;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    server = RunningServer.inFolder(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A waveform as JSON; the lists of 16-bit values over 32768 are exact in decimal. */
  private static String wave(int samples, double step) {
    List<Float> values = new ArrayList<>();
    for (int t = 0; t < samples; t++) {
      values.add((short) (12_000 * Math.sin(step * t)) / 32768f);
    }
    return values.toString();
  }

  private static String row(int samples, double step) {
    return "{\"input_values\": %s, \"audio_lengths\": %d, %s}"
        .formatted(wave(samples, step), samples, IDS);
  }

  @Test
  void statusIsTheDocumentedOne() throws Exception {
    String expected =
        """
        {"model_version_status": [{"version": "1", "state": "AVAILABLE",
          "status": {"error_code": "OK", "error_message": ""}}]}
        """;
    for (String path :
        List.of("/v1/models/tiny", "/v1/models/tiny/versions/1", "/V1/Models/tiny")) {
      Response response = server.get(path);
      assertEquals(Json.TREE.readTree(expected), response.body());
      assertEquals("application/json", response.type());
      assertEquals(200, response.status());
    }
  }

  @Test
  void metadataIsTheSignaturesOfTheModel() throws Exception {
    JsonNode body = server.get("/v1/models/tiny/versions/1/metadata").body();
    assertEquals(
        Json.TREE.readTree("{\"name\": \"tiny\", \"signature_name\": \"\", \"version\": \"1\"}"),
        body.get("model_spec"));
    JsonNode signatures = body.at("/metadata/signature_def/signature_def");
    assertEquals(3, signatures.size());
    JsonNode serving = signatures.get("serving_default");
    assertEquals("tensorflow/serving/predict", serving.get("method_name").asText());
    assertEquals(
        Json.TREE.readTree(
            """
            {"dtype": "DT_FLOAT", "name": "%s",
             "tensor_shape": {"dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}],
                              "unknown_rank": false}}
            """
                .formatted(serving.at("/outputs/probabilities/name").asText())),
        serving.at("/outputs/probabilities"));
    assertEquals("DT_STRING", signatures.at("/wav_bytes/inputs/wav_bytes/dtype").asText());
    assertEquals(server.get("/v1/models/tiny/metadata").body(), body);
  }

  @Test
  void rowsGiveRowsAndColumnsColumns() throws Exception {
    String rows = row(900, 0.1) + "," + row(900, 0.3);
    JsonNode predictions =
        server.post(PREDICT, "{\"instances\": [" + rows + "]}").body().get("predictions");
    assertEquals(2, predictions.size());
    String columns =
        """
        {"signature_name": "serving_default",
         "inputs": {"input_values": [%s, %s], "audio_lengths": [900, 900],
                    "input_ids": [[0, 40, 2], [0, 40, 2]], "text_lengths": [3, 3]}}
        """
            .formatted(wave(900, 0.1), wave(900, 0.3));
    JsonNode outputs = server.post(PREDICT, columns).body().get("outputs");
    List<String> names =
        List.of("embedding", "fusion_weights", "labels", "logits", "probabilities");
    for (String name : names) {
      for (int row = 0; row < 2; row++) {
        JsonNode ofRow = predictions.get(row).get(name);
        assertClose(ofRow, outputs.get(name).get(row), name);
      }
    }
    assertEquals(names.size(), outputs.size());
    assertEquals(names.size(), predictions.get(0).size());
    JsonNode probabilities = predictions.get(0).get("probabilities");
    assertEquals(1, probabilities.get(0).asDouble() + probabilities.get(1).asDouble(), 1e-6);
    String best =
        probabilities.get(0).asDouble() > probabilities.get(1).asDouble() ? "joy" : "fear";
    assertEquals(best, predictions.get(0).get("labels").asText());
  }

  @Test
  void wavFileGivesTheSameOutputsAsItsSamples() throws Exception {
    String base64 = Base64.getEncoder().encodeToString(TinyModel.wav(900, 0.1));
    String file =
        """
        {"instances": [{"wav_bytes": {"b64": "%s"}, %s}], "signature_name": "wav_bytes"}
        """
            .formatted(base64, IDS);
    JsonNode ofFile = server.post(PREDICT, file).body().at("/predictions/0");
    JsonNode ofSamples =
        server
            .post(PREDICT, "{\"instances\": [" + row(900, 0.1) + "]}")
            .body()
            .at("/predictions/0");
    assertClose(ofSamples.get("probabilities"), ofFile.get("probabilities"), "probabilities");
    String inColumns =
        "{\"signature_name\": \"wav_bytes\", \"inputs\": {\"wav_bytes\": [{\"b64\": \"%s\"}],"
                .formatted(base64)
            + " \"input_ids\": [[0, 40, 2]], \"text_lengths\": [3]}}";
    assertClose(
        ofFile.get("logits"), server.post(PREDICT, inColumns).body().at("/outputs/logits/0"), "");
  }

  /** Compares floats with a tolerance: the order of additions differs with the batch. */
  private static void assertClose(JsonNode expected, JsonNode found, String name) {
    assertEquals(expected.size(), found.size(), name);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).asDouble(), found.get(i).asDouble(), 1e-5, name);
    }
    assertEquals(expected.isTextual() ? expected : "", found.isTextual() ? found : "", name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET  | /v1/models/x                    | 404 | Could not find any versions of model x",
        "GET  | /v1/models/tiny/versions/7      | 404 | Could not find version 7 of model tiny",
        "GET  | /v1/models/x/metadata           | 404 | Servable not found for request: Latest(x)",
        "POST | /v1/models/x:predict            | 404 | Servable not found for request: Latest(x)",
        "POST | /v1/models/tiny/versions/7:predict | 404 "
            + "| Servable not found for request: Specific(tiny, 7)",
        "POST | /v1/models/tiny/labels/stable:predict | 400 "
            + "| Unrecognized servable version label: stable",
        "POST | /v1/models/tiny                 | 400 | Malformed request: POST /v1/models/tiny",
        "PUT  | /v1/models/tiny:predict         | 400 | Malformed request: PUT"
            + " /v1/models/tiny:predict",
        "GET  | /v1/models/tiny:predict         | 400 | Malformed request: GET"
            + " /v1/models/tiny:predict",
        "POST | /v1/models/tiny:classify        | 400 | Expected a signature of method_name"
            + " tensorflow/serving/classify, but this model has only tensorflow/serving/predict",
        "GET  | /elsewhere                      | 404 | There is nothing at this address",
        "GET  | /v1/models/tiny/versions/99999999999999999999 | 400 "
            + "| Failed to convert version to numeric.",
      })
  void unknownAddressesAreRefusedAsByTfServing(String method, String path, int status, String error)
      throws Exception {
    var request =
        HttpRequest.newBuilder(server.uri(path))
            .method(method, BodyPublishers.ofString("{\"instances\": [" + row(900, 0.1) + "]}"))
            .build();
    Response response = server.send(request);
    assertEquals(error, response.error());
    assertEquals(status, response.status());
    assertEquals("application/json", response.type());
  }

  @Test
  void badCallDoesNotFailTheOthersOfItsBatch() throws Exception {
    // An id outside the vocabulary is detected by TensorFlow when the batch runs.
    String bad = row(900, 0.1).replace("40", "525");
    var calls = new ArrayList<Future<Response>>();
    var threads = Executors.newFixedThreadPool(4);
    for (int i = 0; i < 8; i++) {
      String body = "{\"instances\": [" + (i == 3 ? bad : row(900, 0.1)) + "]}";
      calls.add(threads.submit(() -> server.post(PREDICT, body)));
    }
    for (int i = 0; i < 8; i++) {
      assertEquals(i == 3 ? 400 : 200, calls.get(i).get().status());
    }
    assertTrue(calls.get(3).get().error().matches("indices\\[0,1\\] = 525 is not in \\[0, 525\\)"));
    threads.shutdown();
  }

  @Test
  void metricsCountAnsweredCalls() throws Exception {
    server.post(PREDICT, "{\"instances\": [" + row(900, 0.1) + "]}");
    server.post(PREDICT, "{}");
    String page = server.text("/monitoring/prometheus/metrics");
    for (String line :
        List.of(
            "# TYPE :tensorflow:serving:request_count counter",
            ":tensorflow:serving:request_count{model_name=\"tiny\",status=\"OK\"} ",
            ":tensorflow:serving:request_count{model_name=\"tiny\",status=\"INVALID_ARGUMENT\"} ",
            ":tensorflow:serving:request_latency_bucket{API=\"Predict\",entrypoint=\"REST\","
                + "model_name=\"tiny\",le=\"10.0\"} 0",
            ",le=\"32.4\"} ",
            ":tensorflow:serving:runtime_latency_count{",
            "lora_mer:model_version{model_name=\"tiny\"} 1",
            "process_resident_memory_bytes ")) {
      assertTrue(page.contains(line), line + " in " + page);
    }
    assertEquals("ok\n", server.text("/healthz"));
  }
}
