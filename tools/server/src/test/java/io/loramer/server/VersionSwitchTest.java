package io.loramer.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.client.EmotionAnswer;
import io.loramer.client.EmotionClient;
import io.loramer.client.EmotionServerException;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.server.RunningServer.Response;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Versions that appear and disappear while calls are answered. */
@Tag("slow")
@Timeout(120)
class VersionSwitchTest {
  @TempDir private Path folder;

  /** Clients that send one call after the other until they are stopped. */
  private static final class Clients implements AutoCloseable {
    private final Set<String> versions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<Future<Integer>> answered = new ArrayList<>();

    Clients(RunningServer server) {
      byte[] wav = TinyModel.wav(900, 0.1);
      for (int i = 0; i < 4; i++) {
        answered.add(
            threads.submit(
                () -> {
                  EmotionClient client = new EmotionClient(server.uri("/"));
                  int count = 0;
                  while (!stopped.get()) {
                    EmotionAnswer answer = client.recognize(wav, Optional.of("Oh"));
                    versions.add(answer.version());
                    count++;
                  }
                  return count;
                }));
      }
    }

    /** Returns the number of answered calls; fails if one was not answered. */
    int stop() throws Exception {
      stopped.set(true);
      int count = 0;
      for (Future<Integer> client : answered) {
        count += client.get();
      }
      return count;
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }

  @Test
  void noCallIsLostWhenVersionsChange() throws Exception {
    try (RunningServer server = RunningServer.inFolder(folder);
        Clients clients = new Clients(server)) {
      TinyModel.copyTo(folder, 2);
      await(server, "2", "AVAILABLE");
      await(server, "1", "END");
      TinyModel.copyTo(folder, 10); // versions are ordered by number, not by name
      await(server, "2", "END");
      AtomicFolder.delete(folder.resolve("10")); // back to the previous version
      await(server, "10", "END");
      assertTrue(clients.stop() > 10);
      assertTrue(clients.versions.containsAll(Set.of("1", "2", "10")), clients.versions::toString);
      Response status = server.get("/v1/models/tiny");
      assertEquals(
          "[10 END, 2 AVAILABLE, 1 END]",
          status
              .body()
              .get("model_version_status")
              .valueStream()
              .map(v -> v.get("version").asText() + " " + v.get("state").asText())
              .toList()
              .toString());
    }
  }

  @Test
  void versionThatCannotBeLoadedChangesNothing() throws Exception {
    try (RunningServer server = RunningServer.inFolder(folder)) {
      Path broken = TinyModel.copyTo(folder.resolve("aside"), 2);
      Files.write(broken.resolve("variables/variables.index"), new byte[7]);
      Files.move(broken, folder.resolve("2"));
      await(server, "2", "END");
      Response status = server.get("/v1/models/tiny/versions/2");
      assertEquals(
          "{\"error_code\":\"FAILED_PRECONDITION\","
              + "\"error_message\":\"This version could not be loaded\"}",
          status.body().at("/model_version_status/0/status").toString());
      EmotionAnswer answer =
          new EmotionClient(server.uri("/")).recognize(TinyModel.wav(900, 0.1), Optional.of("Oh"));
      assertEquals("1", answer.version());
    }
  }

  /** Which of the calls are open when the server closes depends on the machine: at least one is. */
  @Test
  void openCallsAreAnsweredAtShutdownAndLaterOnesRefused() throws Exception {
    RunningServer server = RunningServer.inFolder(folder);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    EmotionClient client = new EmotionClient(server.uri("/"));
    byte[] wav =
        TinyModel.wav(2 * TinyModel.MAX_SAMPLES, 0.1); // long enough to be open at shutdown
    List<Future<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(threads.submit(() -> windowsOf(client, wav)));
    }
    while (!server.text("/monitoring/prometheus/metrics").contains("runtime_latency_count")) {
      Thread.onSpinWait();
    }
    server.close();
    int answered = 0;
    for (Future<Integer> call : calls) {
      answered += call.get() > 0 ? 1 : 0;
    }
    assertTrue(answered > 0);
    threads.shutdown();
  }

  /** Returns the number of windows of the answer; 0 if the server was closing or closed. */
  private static int windowsOf(EmotionClient client, byte[] wav) throws Exception {
    try {
      return client.recognize(wav, Optional.of("Oh")).windows().size();
    } catch (EmotionServerException e) {
      assertEquals(503, e.status());
    } catch (IOException e) {
      // The port was closed before the server had taken the connection.
    }
    return 0;
  }

  private static void await(RunningServer server, String version, String state) throws Exception {
    String found = "";
    while (!found.equals(state)) { // the class's timeout ends it
      found =
          server
              .get("/v1/models/tiny/versions/" + version)
              .body()
              .at("/model_version_status/0/state")
              .asText();
    }
  }
}
