package io.loramer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.server.RunningServer.Response;
import io.loramer.training.testing.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Charsets, compression, forms and methods of HTTP requests. */
@Tag("slow")
class RequestEncodingTest {
  private static final String EMOTIONS = "/v1/emotions";
  private static final String PREDICT = "/v1/models/tiny:predict";
  private static final String FORM = "multipart/form-data; boundary=x";
  private static final byte[] ROW =
      """
      {"instances": [{"input_values": %s, "audio_lengths": 250, "input_ids": [0, 40, 2],
        "text_lengths": 3}]}
      """
          .formatted(Arrays.toString(new float[250]))
          .getBytes(UTF_8);

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

  /** A part of a form. */
  private static byte[] part(String name, String headers, byte[] value) {
    return bytes(
        "--x\r\nContent-Disposition: form-data; name=\"%s\"\r\n%s\r\n"
            .formatted(name, headers)
            .getBytes(UTF_8),
        value,
        "\r\n".getBytes(UTF_8));
  }

  private static byte[] bytes(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] form(byte[]... parts) {
    byte[] audio = part("audio", "", TinyModel.wav(900, 0.1));
    return bytes(audio, bytes(parts), "--x--\r\n".getBytes(UTF_8));
  }

  private static Response post(String path, byte[] body) throws Exception {
    return post(path, body, "Content-Type", "application/octet-stream");
  }

  private static Response post(String path, byte[] body, String header, String value)
      throws Exception {
    return server.send(
        HttpRequest.newBuilder(server.uri(path))
            .header(header, value)
            .POST(BodyPublishers.ofByteArray(body))
            .build());
  }

  private static Response postForm(byte[] form) throws Exception {
    return post(EMOTIONS, form, "Content-Type", FORM);
  }

  private static void assertRefused(int status, String start, Response response) {
    assertTrue(response.error().startsWith(start), response::error);
    assertEquals(status, response.status());
  }

  @Test
  void textOfAFormIsDecodedByItsCharset() throws Exception {
    List<byte[]> forms =
        List.of(
            form(part("text", "", "für".getBytes(UTF_8))),
            form(part("text", "", "\uFEFFfür".getBytes(UTF_8))),
            form(
                part(
                    "text",
                    "Content-Type: text/plain; Charset=\"ISO-8859-1\"\r\n",
                    "für".getBytes(ISO_8859_1))),
            form(
                part(
                    "text",
                    "Content-Type: text/plain; charset=utf-16\r\n",
                    "für".getBytes(UTF_16))),
            form(
                part("_charset_", "", "iso-8859-1".getBytes(UTF_8)),
                part("text", "", "für".getBytes(ISO_8859_1))));
    for (byte[] form : forms) {
      Response response = postForm(form);
      assertEquals("für", response.body().path("text").asText(), response::error);
    }
  }

  @Test
  void textThatIsNotOfItsCharsetIsRefused() throws Exception {
    byte[] latin = "für".getBytes(ISO_8859_1);
    assertRefused(400, "text: the bytes are not UTF-8", postForm(form(part("text", "", latin))));
    assertRefused(
        400,
        "text: the charset klingon is not known",
        postForm(form(part("text", "Content-Type: text/plain; charset=klingon\r\n", latin))));
    assertRefused(
        400,
        "text: expected text, found the character 0",
        postForm(form(part("text", "", new byte[] {'n', 0, 'o', 0})))); // UTF-16
    assertRefused(
        400,
        "text: Content-Transfer-Encoding: expected binary, found base64",
        postForm(form(part("text", "Content-Transfer-Encoding: base64\r\n", latin))));
  }

  @Test
  void formsThatCannotBeReadAreRefusedWithTheReason() throws Exception {
    byte[] text = part("text", "", "Oh".getBytes(UTF_8));
    byte[][] many = new byte[9][];
    Arrays.fill(many, text);
    assertRefused(400, "the form has more than 8 fields", postForm(form(many)));
    assertRefused(400, "text: expected one such field, found several", postForm(form(text, text)));
    assertRefused(
        400,
        "the form: expected the fields audio, text, text_source, window_seconds, explain, found t",
        postForm(form(part("t", "", new byte[0]))));
    for (String type : List.of("multipart/form-data", "multipart/form-data; boundary=")) {
      assertRefused(
          400,
          "Content-Type: expected multipart/form-data with a boundary, found none",
          post(EMOTIONS, form(text), "Content-Type", type));
    }
    assertRefused(
        400,
        "the query: expected none beside a form",
        post(EMOTIONS + "?explain=true", form(text), "Content-Type", FORM));
    byte[] wav = TinyModel.wav(900, 0.1);
    assertRefused(
        400,
        "the query: expected each of text, text_source, window_seconds, explain at most once,"
            + " found txt",
        post(EMOTIONS + "?txt=Oh", wav));
    Response response =
        post(EMOTIONS, form(text), "Content-Type", "Multipart/Form-Data; Boundary=x");
    assertEquals(200, response.status(), response::error);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "GZIP", "identity, gzip"})
  void bodiesCompressedByGzipAreUnpacked(String coding) throws Exception {
    Response plain = post(PREDICT, ROW);
    Response unpacked = post(PREDICT, gzip(ROW), "Content-Encoding", coding);
    assertEquals(200, unpacked.status(), unpacked::error);
    assertEquals(plain.body(), unpacked.body());
  }

  @ParameterizedTest
  @CsvSource({"br, 415", "deflate, 415", "'gzip, gzip', 415", "gzip, 400"})
  void otherOrDamagedCompressionIsRefused(String coding, int status) throws Exception {
    byte[] cut = Arrays.copyOf(gzip(ROW), 60);
    assertRefused(status, "Content-Encoding: ", post(PREDICT, cut, "Content-Encoding", coding));
    assertRefused(status, "Content-Encoding: ", post(PREDICT, ROW, "Content-Encoding", coding));
  }

  @Test
  void sizeLimitAppliesToTheUnpackedBody() throws Exception {
    byte[] packed = gzip(new byte[5 << 20]);
    assertRefused(
        413,
        "The body is larger than 4194304 bytes",
        post(PREDICT, packed, "Content-Encoding", "gzip"));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void audioFarAboveFullScaleIsRefused() throws Exception {
    int samples = 900;
    ByteBuffer wav = ByteBuffer.allocate(44 + 4 * samples).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(UTF_8)).putInt(36 + 4 * samples).put("WAVEfmt ".getBytes(UTF_8));
    wav.putInt(16).putShort((short) 3).putShort((short) 1).putInt(16_000).putInt(64_000);
    wav.putShort((short) 4).putShort((short) 32).put("data".getBytes(UTF_8)).putInt(4 * samples);
    while (wav.hasRemaining()) {
      wav.putFloat(1e38f);
    }
    assertRefused(
        400,
        "audio: expected samples with full scale 1, at most 100, found ",
        post(EMOTIONS + "?text=Oh", wav.array()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page.css", "/healthz", "/v1/emotions", "/v1/models/tiny"})
  void headIsAnsweredLikeGetWithoutTheBody(String path) throws Exception {
    HttpResponse<String> get = exchange("GET", path);
    HttpResponse<String> head = exchange("HEAD", path);
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
    assertEquals(
        get.headers().firstValue("Content-Length"), head.headers().firstValue("Content-Length"));
  }

  private static HttpResponse<String> exchange(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri(path)).method(method, BodyPublishers.noBody()).build();
    return server.http().send(request, BodyHandlers.ofString());
  }
}
