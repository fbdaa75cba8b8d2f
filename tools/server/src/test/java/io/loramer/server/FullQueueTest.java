package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.client.EmotionClient;
import io.loramer.client.EmotionServerException;
import io.loramer.training.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More calls at once than the server accepts. */
@Tag("slow")
class FullQueueTest {
  private static final int CLIENTS = 24;

  @TempDir private Path folder;

  @Test
  void callsBeyondTheQueueAreRefusedAndTheOthersAnswered() throws Exception {
    TinyModel.copyTo(folder, 1);
    byte[] wav = TinyModel.wav(TinyModel.MAX_SAMPLES, 0.1);
    try (RunningServer server = RunningServer.of(folder, 2, Duration.ofSeconds(60))) {
      EmotionClient client = new EmotionClient(server.uri("/"));
      List<Integer> statuses = all(() -> status(client, wav));
      long answered = statuses.stream().filter(status -> status == 200).count();
      long refused = statuses.stream().filter(status -> status == 429).count();
      assertEquals(CLIENTS, answered + refused, statuses::toString);
      assertTrue(answered >= 2 && refused >= 1, statuses::toString);
      assertEquals(200, status(client, wav));
      String page = server.text("/monitoring/prometheus/metrics");
      String line =
          ":tensorflow:serving:request_count{model_name=\"tiny\",status=\"RESOURCE_EXHAUSTED\"} ";
      assertTrue(page.contains(line + refused), page);
    }
  }

  @Test
  void callWithMorePartsThanTheQueueHoldsIsAnsweredIfTheQueueIsEmpty() throws Exception {
    TinyModel.copyTo(folder, 1);
    String wav = Base64.getEncoder().encodeToString(TinyModel.wav(TinyModel.MAX_SAMPLES, 0.1));
    String row =
        """
        {"wav_bytes": {"b64": "%s"}, "input_ids": [0, 2], "text_lengths": 2}\
        """
            .formatted(wav);
    String rows = String.join(",", Collections.nCopies(3, row));
    try (RunningServer server = RunningServer.of(folder, 2, Duration.ofSeconds(60))) {
      RunningServer.Response response =
          server.post(
              "/v1/models/tiny:predict",
              "{\"signature_name\": \"wav_bytes\", \"instances\": [" + rows + "]}");
      assertEquals(200, response.status(), response::error);
      assertEquals(3, response.body().get("predictions").size());
    }
  }

  private static int status(EmotionClient client, byte[] wav) throws Exception {
    try {
      client.recognize(wav, Optional.of("Oh"));
      return 200;
    } catch (EmotionServerException e) {
      return e.status();
    }
  }

  private static <T> List<T> all(Callable<T> call) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    List<T> results = new ArrayList<>();
    List<Callable<T>> calls = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      calls.add(call);
    }
    for (Future<T> result : threads.invokeAll(calls)) {
      results.add(result.get());
    }
    threads.shutdown();
    return results;
  }
}
