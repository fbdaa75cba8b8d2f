package io.loramer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Malformed requests: each is refused with a 4xx status and one sentence; the server runs on. */
@Tag("slow")
class MalformedRequestTest {
  private static final String PREDICT = "/v1/models/tiny:predict";
  private static final String VALID =
      """
      {"signature_name": "serving_default", "instances": [{"input_values": %s,
        "audio_lengths": 250, "input_ids": [0, 40, 2], "text_lengths": 3}]}
      """
          .formatted(Arrays.toString(new float[250]));

  @TempDir private static Path folder;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    TinyModel.copyTo(folder, 1);
    server = RunningServer.of(folder, 100, Duration.ofSeconds(1));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void brokenJsonIsRefused() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      int cut = 1 + random.nextInt(VALID.length() - 3);
      String broken =
          switch (i % 4) {
            case 0 -> VALID.substring(0, cut);
            case 1 -> VALID.substring(0, cut) + "}{" + VALID.substring(cut);
            case 2 -> VALID.substring(0, cut) + "\u0001" + VALID.substring(cut);
            default -> VALID.substring(cut);
          };
      assertRefused(400, post(PREDICT, broken.getBytes(UTF_8)), broken);
    }
  }

  /** JSON with a wrong structure, shape or type at each place. */
  @Test
  void wrongShapesAndTypesAreRefused() throws Exception {
    List<String> values =
        List.of(
            "null",
            "true",
            "\"x\"",
            "{}",
            "[]",
            "[[]]",
            "[[1], [2]]",
            "[1, [2]]",
            "[[1], 2]",
            "[null]",
            "[true]",
            "[\"x\"]",
            "[{}]",
            "[{\"b64\": \"AAAA\"}]",
            "{\"b64\": 3}",
            "{\"b64\": \"?\"}",
            "{\"b64\": \"AAAA\", \"c\": 1}",
            "-1",
            "1e999",
            "1.5",
            "99999999999",
            "NaN",
            "[NaN]",
            "[Infinity]",
            "[[[1]]]",
            "[[[[[[[[[[1]]]]]]]]]]",
            "[1e999]");
    String[] inputs = {
      "\"input_values\": " + Arrays.toString(new float[250]),
      "\"audio_lengths\": 250",
      "\"input_ids\": [0, 40, 2]",
      "\"text_lengths\": 3"
    };
    int tried = 0;
    for (int i = 0; i < inputs.length; i++) {
      for (String value : values) {
        String[] changed = inputs.clone();
        changed[i] = inputs[i].substring(0, inputs[i].indexOf(':') + 2) + value;
        String row = String.join(", ", changed);
        assertRefused(400, predict("{\"instances\": [{" + row + "}]}"), row);
        assertRefused(400, predict("{\"inputs\": {" + row + "}}"), row);
        tried += 2;
      }
      String[] fewer = inputs.clone();
      fewer[i] = "\"other\": 1";
      assertRefused(
          400, predict("{\"instances\": [{" + String.join(", ", fewer) + "}]}"), fewer[i]);
    }
    for (String body :
        List.of(
            "",
            "[]",
            "3",
            "{}",
            "{\"instances\": []}",
            "{\"instances\": {}}",
            "{\"inputs\": 3}",
            "{\"instances\": 3}",
            "{\"instances\": [1, 2]}",
            "{\"instances\": [[1], [2]]}",
            "{\"signature_name\": 3, \"instances\": [1]}",
            "{\"signature_name\": \"x\"}",
            "{\"signature_name\": \"../x\\n\\ny\", \"instances\": [1]}",
            "{\"inputs\": {\"\": 1}}",
            "{\"instances\": [1], \"inputs\": [1]}",
            "[".repeat(100_000),
            "{\"a\":".repeat(9999))) {
      assertRefused(400, predict(body), body.substring(0, Math.min(60, body.length())));
    }
    assertTrue(tried >= 200, "tried " + tried);
  }

  @Test
  void lengthsThatDoNotFitAreRefused() throws Exception {
    for (String change :
        List.of(
            "\"audio_lengths\": 250>\"audio_lengths\": 0",
            "\"audio_lengths\": 250>\"audio_lengths\": 199",
            "\"audio_lengths\": 250>\"audio_lengths\": 251",
            "\"audio_lengths\": 250>\"audio_lengths\": -2147483648",
            "\"text_lengths\": 3>\"text_lengths\": 0",
            "\"text_lengths\": 3>\"text_lengths\": 4",
            "[0, 40, 2]>[0, 40, -1]",
            "[0, 40, 2]>[0, 40, 525]",
            "[0, 40, 2]>" + Arrays.toString(new int[29]))) {
      String[] fromTo = change.split(">", 2);
      assertRefused(400, predict(VALID.replace(fromTo[0], fromTo[1])), change);
    }
    String row = VALID.substring(VALID.indexOf("[{") + 1, VALID.lastIndexOf(']'));
    assertRefused(400, predict("{\"instances\": [" + (row + ",").repeat(4) + row + "]}"), "5 rows");
  }

  @Test
  void bytesThatAreNotAudioAreRefused() throws Exception {
    Random random = new Random(2);
    byte[] wav = TinyModel.wav(900, 0.1);
    for (int i = 0; i < 60; i++) {
      byte[] bytes = wav.clone();
      switch (i % 3) {
        case 0 -> random.nextBytes(bytes);
        case 1 -> bytes[random.nextInt(4)] ^= 1; // RIFF
        default -> bytes = Arrays.copyOf(wav, random.nextInt(40));
      }
      String base64 = Base64.getEncoder().encodeToString(bytes);
      String body =
          """
          {"signature_name": "wav_bytes", "instances": [{"wav_bytes": {"b64": "%s"},
            "input_ids": [0, 40, 2], "text_lengths": 3}]}
          """
              .formatted(base64);
      assertRefused(400, predict(body), "wav_bytes " + i);
      assertRefused(400, post("/v1/emotions?text=Oh", bytes), "emotions " + i);
    }
    for (String form :
        List.of(
            "",
            "--x\r\n",
            "--x\r\nContent-Disposition: form-data; name=\"audio\"\r\n\r\nabc",
            "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nOh\r\n--x--\r\n",
            "--x\r\nContent-Disposition: form-data; name=\"../../audio\"\r\n\r\nabc\r\n--x--\r\n",
            "--x\r\n\r\n\r\n--x\r\n".repeat(20))) {
      String head = "Content-Type: multipart/form-data; boundary=x\r\n";
      assertRefused(400, send("POST", "/v1/emotions", head, form.getBytes(UTF_8)), form);
    }
    for (String window : List.of("x", "0", "-1", "NaN", "1e9", "0.001")) {
      assertRefused(400, post("/v1/emotions?text=Oh&window_seconds=" + window, wav), window);
    }
  }

  @Test
  void badlyEncodedQueriesAreRefused() throws Exception {
    for (String query : List.of("text=100%+sure", "text=%zz", "text=%FCber", "text=%")) {
      assertRefused(400, post("/v1/emotions?" + query, TinyModel.wav(900, 0.1)), query);
    }
  }

  @Test
  void requestsByTheNameOfAnotherHostAreRefused() throws Exception {
    for (String path : List.of("/", "/v1/emotions", PREDICT, "/healthz")) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: page.example:8501\r\n\r\n";
      assertRefused(403, exchange(request, 0), path);
    }
  }

  @Test
  void whatFollowsTheDocumentIsRefused() throws Exception {
    for (String rest : List.of("}", "]", "x", "1", "null", "{\"a\": 1}", "\0", "// rest", ",")) {
      assertRefused(400, predict(VALID + rest), rest);
    }
    assertRefused(400, predict(VALID.replace("{\"sig", "{\"instances\": [1], \"sig")), "twice");
  }

  @Test
  void samplesFarAboveFullScaleAreRefused() throws Exception {
    for (String sample : List.of("1e38", "-1e38", "12000", "-101")) {
      assertRefused(400, predict(VALID.replace("[0.0,", "[" + sample + ",")), sample);
    }
  }

  @Test
  void tunnelsAreRefused() throws Exception {
    assertRefused(
        404,
        exchange(
            "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n", 0),
        "");
  }

  @Test
  void namesThatLeadOutOfTheFolderAreRefused() throws Exception {
    for (String name :
        List.of(
            "..",
            "../x",
            "..%2f..%2fetc",
            "%2e%2e",
            "..%5c..",
            "%00",
            "%",
            "%zz",
            "a%2fb",
            "tiny/..",
            "tiny/../../etc",
            "tiny//x",
            "tiny;x",
            "tiny%0d%0aX:%20y",
            ".",
            "~root",
            "x".repeat(7000))) {
      Answer got = send("GET", "/v1/models/" + name, "", new byte[0]);
      assertTrue(got.status == 404 || got.status == 400, name + ": " + got);
      assertRefused(got.status, got, name);
      Answer posted = send("POST", "/v1/models/" + name + ":predict", "", VALID.getBytes(UTF_8));
      assertTrue(posted.status == 404 || posted.status == 400, name + ": " + posted);
      assertRefused(posted.status, posted, name);
    }
  }

  @Test
  void hugeRequestsAreRefusedBeforeTheyAreRead() throws Exception {
    String head = "POST " + PREDICT + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    assertRefused(413, exchange(head + "Content-Length: 99999999999\r\n\r\n", 0), "announced");
    assertRefused(
        413,
        exchange(head + "Transfer-Encoding: chunked\r\n\r\n500000\r\n" + " ".repeat(0x500000), 0),
        "chunked");
    assertRefused(431, exchange(head + "X: " + "y".repeat(20_000) + "\r\n\r\n", 0), "header");
    assertRefused(400, exchange("HELLO\r\n\r\n", 0), "no HTTP");
    assertRefused(400, exchange(head + "Content-Length: -1\r\n\r\n", 0), "negative");
  }

  @Test
  void bodiesThatDoNotArriveInTimeAreRefused() throws Exception {
    String head = "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n{\"inst";
    assertRefused(408, exchange(head.formatted(PREDICT), 0), "no body");
    assertRefused(408, exchange(head.formatted("/v1/emotions"), 300), "a byte now and then");
  }

  /** The answer, and whether more bytes followed it. */
  private record Answer(int status, String body) {}

  private static Answer predict(String body) throws IOException {
    return post(PREDICT, body.getBytes(UTF_8));
  }

  private static Answer post(String path, byte[] body) throws IOException {
    return send("POST", path, "", body);
  }

  private static Answer send(String method, String path, String headers, byte[] body)
      throws IOException {
    String head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(method, path, headers, body.length);
    return exchange(head + new String(body, ISO_8859_1), 0);
  }

  /**
   * Sends a request over a plain socket, since an HTTP library would correct it.
   *
   * @param everyMillis the interval of further bytes until there is an answer; 0 for none
   */
  private static Answer exchange(String request, int everyMillis) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
      socket.setSoTimeout(everyMillis > 0 ? everyMillis : 20_000);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(request.getBytes(ISO_8859_1));
        out.flush();
      } catch (SocketException e) {
        // The server answered and closed the connection before all was sent.
      }
      return read(socket.getInputStream(), out);
    }
  }

  private static Answer read(InputStream in, OutputStream out) throws IOException {
    List<Byte> bytes = new ArrayList<>();
    while (true) {
      try {
        int next = in.read();
        if (next < 0) {
          break;
        }
        bytes.add((byte) next);
      } catch (SocketTimeoutException e) {
        out.write(' '); // one byte at a time
      } catch (SocketException e) {
        break; // the connection is reset after the answer, since bytes were unread
      }
    }
    byte[] all = new byte[bytes.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = bytes.get(i);
    }
    String text = new String(all, UTF_8);
    assertTrue(text.startsWith("HTTP/1.1 "), "no answer: " + text);
    return new Answer(
        Integer.parseInt(text.substring(9, 12)), text.substring(text.indexOf("\r\n\r\n") + 4));
  }

  /** Asserts that the answer is one sentence as JSON that discloses nothing about the machine. */
  private static void assertRefused(int status, Answer answer, String what) throws IOException {
    assertEquals(status, answer.status, what + ": " + answer);
    JsonNode body = Json.TREE.readTree(answer.body);
    String sentence = body.path("error").asText();
    assertEquals(1, body.size(), what);
    assertTrue(sentence.length() > 3 && sentence.length() < 300, what + ": " + sentence);
    assertEquals(1, sentence.lines().count(), what + ": " + sentence);
    for (String leak : List.of("java", "Exception", "lora-mer-", "/tmp", folder.toString())) {
      assertFalse(sentence.contains(leak), what + ": " + sentence);
    }
    assertEquals("ok\n", health(), what);
  }

  private static String health() throws IOException {
    try {
      return server.text("/healthz");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
