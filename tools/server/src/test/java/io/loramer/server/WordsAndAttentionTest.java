package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.client.EmotionAnswer;
import io.loramer.client.EmotionClient;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.corpus.Transcription;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.words.SpeechRecognizer;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.server.RunningServer.Response;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recognised words and the attention weights of the pooling in answers of /v1/emotions. */
@Tag("slow")
class WordsAndAttentionTest {
  private static final Path CLIP = TestFiles.ofRepository("tools/demo/emodb/flac/03a01Fa.flac");
  private static final Path CTC =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures/audio/wav2vec2-ctc");

  @TempDir private static Path folder;
  private static Path recognizer;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    recognizer = folder.resolve("ctc");
    EncoderConversion.convert(CTC, recognizer, PaddingInNorm.IGNORED);
    TinyModel.copyTo(folder.resolve("model"), 1);
    server =
        RunningServer.of(
            folder.resolve("model"), Optional.of(recognizer), 100, Duration.ofSeconds(60));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Response ask(RunningServer server, String query) throws Exception {
    return server.send(
        HttpRequest.newBuilder(server.uri("/v1/emotions?" + query))
            .POST(BodyPublishers.ofFile(CLIP))
            .build());
  }

  private static JsonNode answer(String query) throws Exception {
    Response response = ask(server, query);
    assertEquals(200, response.status(), response.error());
    return response.body();
  }

  private static String words(String text) {
    return "text=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void wordsThatAreNotSentAreRecognised() throws Exception {
    Transcription expected;
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer)) {
      expected = loaded.recognize(AudioFile.read(CLIP));
    }
    for (String query : List.of("", "text=%20", "text_source=asr&text=Oh")) {
      JsonNode answer = answer(query);
      assertEquals(expected.text(), answer.get("text").asText(), query);
      assertEquals("asr", answer.get("text_source").asText(), query);
      assertEquals(expected.confidence(), answer.get("text_confidence").asDouble(), 1e-5, query);
    }
    EmotionAnswer answer = new EmotionClient(server.uri("/")).recognize(CLIP, Optional.empty());
    assertEquals(Optional.of("asr"), answer.textSource());
    assertEquals(expected.confidence(), answer.textConfidence().orElseThrow(), 1e-5);
    JsonNode sent = answer(words(expected.text()));
    assertEquals("transcript", sent.get("text_source").asText());
    assertTrue(sent.path("text_confidence").isMissingNode());
    assertEquals(
        sent.at("/probabilities/joy").asDouble(),
        answer("").at("/probabilities/joy").asDouble(),
        1e-5);
    String metrics = server.text("/monitoring/prometheus/metrics");
    assertTrue(
        metrics.contains("lora_mer:recognition_latency_count{model_name=\"tiny\"} "), metrics);
  }

  /** A call without an end would keep the model open, and the server could not close. */
  @Test
  @Timeout(120)
  void callsThatWaitForTheirWordsEndWithTheServer() throws Exception {
    byte[] minute = TinyModel.wav(60 * 16_000, 0.1);
    RunningServer closing =
        RunningServer.of(
            folder.resolve("model"), Optional.of(recognizer), 100, Duration.ofSeconds(1));
    EmotionClient client = new EmotionClient(closing.uri("/"));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<EmotionAnswer>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(threads.submit(() -> client.recognize(minute, Optional.empty())));
    }
    while (!closing.text("/monitoring/prometheus/metrics").contains("recognition_latency_count")) {
      Thread.onSpinWait();
    }
    closing.close();
    int cutOff = 0;
    for (Future<EmotionAnswer> call : calls) {
      try {
        call.get();
      } catch (ExecutionException e) {
        cutOff++;
      }
    }
    assertTrue(cutOff > 0, "all were answered before the end");
    threads.shutdown();
  }

  @Test
  void textSourceNoneIsTheEmptyText() throws Exception {
    JsonNode answer = answer("text_source=none&explain=true&text=Oh");
    assertEquals("", answer.get("text").asText());
    assertEquals("none", answer.get("text_source").asText());
    assertEquals("[]", answer.get("words").toString());
  }

  @Test
  void serverWithoutRecognizerRefusesAudioWithoutWords() throws Exception {
    try (RunningServer deaf = RunningServer.of(folder.resolve("model"))) {
      assertEquals("text: this model needs the words; send them in text", ask(deaf, "").error());
      assertEquals(
          "text_source: this server has no speech recogniser; send the words in text",
          ask(deaf, "text=Oh&text_source=asr").error());
      assertEquals(200, ask(deaf, "text_source=none").status());
    }
  }

  @Test
  void unknownValuesOfFieldsAreRefused() throws Exception {
    assertEquals("explain: expected false or true, found yes", ask(server, "explain=yes").error());
    Response source = ask(server, "text_source=parrot");
    assertEquals("text_source: expected transcript or asr or none, found parrot", source.error());
    assertEquals(400, source.status());
  }

  /** The frames are 160 samples apart, the first has 200. */
  @Test
  void attentionIsReturnedByFrameAndWord() throws Exception {
    String text = "Zoë  liegt, 😀 wo?";
    JsonNode plain = answer(words(text) + "&window_seconds=0.7");
    JsonNode explained = answer(words(text) + "&window_seconds=0.7&explain=true");
    assertTrue(plain.path("words").isMissingNode());
    assertTrue(plain.at("/windows/0/frames").isMissingNode());
    assertEquals(
        plain.at("/probabilities/joy").asDouble(),
        explained.at("/probabilities/joy").asDouble(),
        1e-5);
    assertEquals(5, explained.get("windows").size()); // of 0.7 s each, two batches of up to 4
    for (JsonNode window : explained.get("windows")) {
      JsonNode frames = window.get("frames");
      assertEquals((11_200 - 200) / 160 + 1, frames.get("weights").size());
      assertEquals(0.7 / 69, frames.get("seconds").asDouble(), 1e-6);
      assertEquals(
          1,
          sum(frames.get("weights").valueStream().mapToDouble(JsonNode::asDouble).toArray()),
          1e-4);
    }
    JsonNode answer = explained.get("words");
    assertEquals(
        List.of("Zoë", "liegt,", "😀", "wo?"),
        answer
            .valueStream()
            .map(w -> text.substring(w.get("start").asInt(), w.get("end").asInt()))
            .toList());
    double sum = sum(answer.valueStream().mapToDouble(w -> w.get("weight").asDouble()).toArray());
    assertTrue(sum > 0.1 && sum < 1, "the rest is that of <s> and </s>: " + sum);
  }

  /** In a batch, clips are padded to the longest; the frames of the padding are not returned. */
  @Test
  void clipsHaveTheSameFramesInABatchAsAlone() throws Exception {
    int[] lengths = {16_000, 17_000, 19_000, 23_000};
    List<CompletableFuture<Integer>> counts =
        IntStream.of(lengths)
            .mapToObj(
                samples -> CompletableFuture.supplyAsync(() -> frames(TinyModel.wav(samples, 0.1))))
            .toList();
    for (int i = 0; i < lengths.length; i++) {
      assertEquals((lengths[i] - 200) / 160 + 1, counts.get(i).get());
    }
  }

  private static int frames(byte[] wav) {
    try {
      Response response =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/emotions?explain=true&text=Oh"))
                  .POST(BodyPublishers.ofByteArray(wav))
                  .build());
      return response.body().at("/windows/0/frames/weights").size();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }
}
