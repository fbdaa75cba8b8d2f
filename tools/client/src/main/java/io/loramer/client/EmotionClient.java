package io.loramer.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * A client of {@code lora-mer serve} that recognises the emotion in an audio file. It is safe for
 * use by several threads.
 *
 * <pre>{@code
 * EmotionClient client = new EmotionClient(URI.create("http://localhost:8501"));
 * EmotionAnswer answer = client.recognize(Path.of("clip.mp3"), Optional.of("I am so happy"));
 * }</pre>
 */
public final class EmotionClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // fields of newer servers
          .addModule(new Jdk8Module())
          .build();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  private final URI emotions;
  private final Duration timeout;

  /** Creates a client of a server, such as {@code http://localhost:8501}. */
  public EmotionClient(URI server) {
    this(server, TIMEOUT);
  }

  /**
   * Creates a client of a server.
   *
   * @param timeout the longest time to wait for an answer; 60 s by default
   */
  public EmotionClient(URI server, Duration timeout) {
    emotions = server.resolve("/v1/emotions");
    this.timeout = timeout;
  }

  /**
   * Recognises the emotion in a file of any format that FFmpeg decodes.
   *
   * @param text the spoken words; a model that uses text needs them, unless the server recognises
   *     words
   * @throws EmotionServerException if the server refuses the request
   * @throws IOException if the file cannot be read, or the server cannot be reached or does not
   *     answer in time
   */
  public EmotionAnswer recognize(Path sound, Optional<String> text)
      throws IOException, InterruptedException {
    return recognize(BodyPublishers.ofFile(sound), text);
  }

  /**
   * Recognises the emotion in the bytes of an audio file.
   *
   * @see #recognize(Path, Optional)
   */
  public EmotionAnswer recognize(byte[] sound, Optional<String> text)
      throws IOException, InterruptedException {
    return recognize(BodyPublishers.ofByteArray(sound), text);
  }

  private EmotionAnswer recognize(BodyPublisher sound, Optional<String> text)
      throws IOException, InterruptedException {
    String boundary = UUID.randomUUID().toString();
    String words =
        text.map(
                value ->
                    "--%s\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n%s\r\n"
                        .formatted(boundary, value))
            .orElse("");
    String before =
        "%s--%s\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"audio\"\r\n\r\n"
            .formatted(words, boundary);
    HttpRequest request =
        HttpRequest.newBuilder(emotions)
            .timeout(timeout)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(before),
                    sound,
                    BodyPublishers.ofString("\r\n--%s--\r\n".formatted(boundary))))
            .build();
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new EmotionServerException(response.statusCode(), reason(response));
    }
    return JSON.readValue(response.body(), EmotionAnswer.class);
  }

  /** Returns the server's sentence, or the body of another answer, such as a proxy's. */
  private String reason(HttpResponse<byte[]> response) {
    String body = new String(response.body(), UTF_8);
    try {
      JsonNode error = JSON.readTree(body).path("error");
      body = error.isTextual() ? error.textValue() : body;
    } catch (JsonProcessingException e) {
      // not an answer of the server: the body is used as it is
    }
    return "%s: %d: %s".formatted(emotions, response.statusCode(), body);
  }
}
