package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.client.EmotionAnswer;
import io.loramer.client.EmotionAnswer.Window;
import io.loramer.client.EmotionClient;
import io.loramer.client.EmotionServerException;
import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interface for audio files, called by its client. */
@Tag("slow")
class EmotionClientTest {
  private static final Path FLAC = TestFiles.ofRepository("tools/demo/emodb/flac/03a01Fa.flac");

  @TempDir private static Path folder;
  private static RunningServer server;
  private static EmotionClient client;

  @BeforeAll
  static void start() throws IOException {
    server = RunningServer.inFolder(folder.resolve("model"));
    client = new EmotionClient(server.uri("/"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void answerEqualsThatOfEmotionRecognizer() throws Exception {
    EmotionAnswer answer = client.recognize(FLAC, Optional.of("Ach so, „wirklich“?"));
    Recognition expected;
    try (EmotionRecognizer recognizer = EmotionRecognizer.load(folder.resolve("model"))) {
      expected = recognizer.recognize(AudioFile.read(FLAC), Optional.of("Ach so, „wirklich“?"));
    }
    assertEquals(expected.label(), answer.label());
    for (String label : List.of("joy", "fear")) {
      assertEquals(
          expected.probabilities().get(label), answer.probabilities().get(label), 1e-5, label);
    }
    assertEquals(
        expected.fusionWeights().orElseThrow().get("text"),
        answer.fusionWeights().orElseThrow().get("text"),
        1e-5);
    assertEquals(Optional.of("Ach so, „wirklich“?"), answer.text());
    assertEquals(Optional.of("transcript"), answer.textSource());
    assertEquals(OptionalDouble.empty(), answer.textConfidence());
    assertEquals("tiny", answer.model());
    assertEquals("1", answer.version());
    assertEquals(1.898, answer.seconds(), 1e-3); // as ffprobe reports
    assertEquals(1, answer.windows().size());
    assertEquals(answer.seconds(), answer.windows().get(0).end());
  }

  @Test
  void longAudioIsAnsweredOverTime() throws Exception {
    int samples = 5 * TinyModel.MAX_SAMPLES / 2 + 16; // two and a half windows and one millisecond
    EmotionAnswer answer = client.recognize(TinyModel.wav(samples, 0.1), Optional.of("Oh"));
    List<Window> windows = answer.windows();
    assertEquals(
        List.of(0.0, 6.5, 13.0, 19.5, 19.501), windows.stream().map(Window::start).toList());
    assertEquals(answer.seconds(), windows.get(4).end(), 1e-9);
    for (String label : List.of("joy", "fear")) {
      double mean =
          windows.stream().mapToDouble(w -> w.probabilities().get(label)).average().orElseThrow();
      assertEquals(mean, answer.probabilities().get(label), 1e-5);
    }
  }

  @Test
  void silentAudioIsAnsweredWithAWarning() throws Exception {
    float[] constant = new float[900];
    Arrays.fill(constant, 0.25f);
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/v1/emotions?text=Oh"))
            .POST(BodyPublishers.ofByteArray(new Waveform(constant).toWav()))
            .build();
    var response = server.send(request);
    assertEquals(200, response.status(), response.error());
    assertEquals(
        "[\"audio: is silent, below -70 dBFS after the mean is taken off\"]",
        response.body().get("warnings").toString());
  }

  @Test
  void audioMayBeTheBodyItself() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri("/v1/emotions?text=Oh%20no&window_seconds=0.5"))
            .POST(BodyPublishers.ofFile(FLAC))
            .build();
    var response = server.send(request);
    assertEquals(200, response.status(), response.error());
    assertEquals("Oh no", response.body().get("text").asText());
    // 1.898 s in windows of half a second, one every quarter, the last at the end.
    assertEquals(7, response.body().get("windows").size());
    assertFalse(response.body().has("warnings"));
  }

  @Test
  void refusalsAreOneSentence() throws Exception {
    assertRefused("text: this model needs the words; send them in text", wav(900), "");
    assertRefused("audio: expected at least 200 samples at 16 kHz, found 199", wav(199), "Oh");
    assertRefused("audio: expected an audio file, found nothing", new byte[0], "Oh");
    assertRefused(
        "audio: is not audio (Invalid data found when processing input)",
        "Dear diary".getBytes(StandardCharsets.UTF_8),
        "Oh");
  }

  /** FFmpeg opens the files that a playlist names, unless the formats are restricted. */
  @Test
  void playlistsAreNotFollowed() throws Exception {
    Path secret = Files.write(folder.resolve("secret.wav"), wav(900));
    String playlist = "ffconcat version 1.0\nfile '%s'\n".formatted(secret);
    byte[] bytes = playlist.getBytes(StandardCharsets.UTF_8);
    // FFmpeg's message for a format that it supports but that is not allowed.
    assertRefused("audio: is not audio (Invalid argument)", bytes, "Oh");
  }

  private static byte[] wav(int samples) {
    return TinyModel.wav(samples, 0.1);
  }

  private static void assertRefused(String sentence, byte[] sound, String text) {
    EmotionServerException refused =
        assertThrows(
            EmotionServerException.class, () -> client.recognize(sound, Optional.of(text)));
    assertEquals(server.uri("/v1/emotions") + ": 400: " + sentence, refused.getMessage());
    assertEquals(400, refused.status());
  }
}
