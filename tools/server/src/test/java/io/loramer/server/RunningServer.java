package io.loramer.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.server.limits.BatchLimits;
import io.loramer.server.limits.RequestLimits;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A server of a tiny model at free ports, with the calls that tests make. */
record RunningServer(EmotionServer server, HttpClient http) implements AutoCloseable {
  static final Duration POLL = Duration.ofMillis(100);

  /** An answer of the server. */
  record Response(int status, String type, JsonNode body) {
    String error() {
      return body.path("error").asText();
    }
  }

  static RunningServer of(Path model) throws IOException {
    return of(model, 100, Duration.ofSeconds(30));
  }

  static RunningServer of(Path model, int maxQueued, Duration timeout) throws IOException {
    return of(model, Optional.empty(), maxQueued, timeout);
  }

  static RunningServer of(Path model, Optional<Path> recognizer, int maxQueued, Duration timeout)
      throws IOException {
    EmotionServer server =
        EmotionServer.start(
            new EmotionServer.Options(
                model,
                recognizer,
                "tiny",
                "127.0.0.1",
                List.of(),
                0,
                0,
                POLL,
                new BatchLimits(4, 20, Duration.ofMillis(2), maxQueued, timeout),
                new RequestLimits(4 << 20, timeout)));
    return new RunningServer(server, HttpClient.newHttpClient());
  }

  static RunningServer inFolder(Path folder) throws IOException {
    TinyModel.copyTo(folder, 1);
    return of(folder);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  Response get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).build());
  }

  Response post(String path, String body) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build());
  }

  Response send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    String type = response.headers().firstValue("Content-Type").orElse("");
    JsonNode body = type.equals("application/json") ? Json.TREE.readTree(response.body()) : null;
    return new Response(response.statusCode(), type, body);
  }

  String text(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()).body();
  }

  @Override
  public void close() {
    server.close();
  }
}
