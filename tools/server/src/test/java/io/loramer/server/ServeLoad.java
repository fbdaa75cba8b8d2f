package io.loramer.server;

import io.loramer.client.EmotionAnswer;
import io.loramer.client.EmotionClient;
import io.loramer.client.EmotionServerException;
import io.loramer.recognition.ModelVersions;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.training.testing.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Measures a running server with clients that each send clips of 1 to 10 seconds, one after the
 * other: first steadily, then while a new version of the model is loaded, then with more clients
 * than the server accepts. From the repository's root, after {@code mvn package}, with the model of
 * {@link io.loramer.server.BaseSizeModel} and {@code ./lora-mer serve --model runs/base/model
 * --max-queue 32} in another terminal:
 *
 * <pre>{@code
 * java -cp "tools/target/test-classes:tools/client/target/classes:tools/target/lora-mer-tools.jar:tools/target/lib/*" \
 *   io.loramer.server.ServeLoad http://localhost:8501 16 600 runs/base/model
 * }</pre>
 *
 * The second and third phase take a fifth of the time each. The overload has four times the
 * clients; the queue must be shorter than their number.
 */
final class ServeLoad {
  private static final int SHORTEST = 16_000;
  private static final int LONGEST = 160_000;
  private static final int SAMPLE_SECONDS = 5;
  private static final int OVERLOAD = 4;

  /** The pause of a client after a refused call. */
  private static final int REFUSED_PAUSE_MILLIS = 200;

  private final URI server;
  private final EmotionClient client;

  private ServeLoad(URI server) {
    this.server = server;
    client = new EmotionClient(server, Duration.ofMinutes(2));
  }

  /** An event in the middle of a phase. */
  private interface Event {
    void run() throws IOException;
  }

  /**
   * Runs the three phases and prints their results.
   *
   * @param args the server's address, the number of clients, the seconds of the steady phase, and
   *     the model's folder, to which a version is added
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    ServeLoad load = new ServeLoad(URI.create(args[0]));
    int clients = Integer.parseInt(args[1]);
    int seconds = Integer.parseInt(args[2]);
    Path model = Path.of(args[3]);
    load.phase("steady", clients, seconds, () -> {});
    load.phase("a new version", clients, seconds / 5, () -> copyNewest(model));
    load.phase("overload", OVERLOAD * clients, seconds / 5, () -> {});
  }

  private static void copyNewest(Path model) throws IOException {
    SortedMap<Long, Path> versions = ModelVersions.in(model);
    Path newest = versions.get(versions.lastKey());
    AtomicFolder.write(
        ModelVersions.next(model),
        copy -> {
          try (Stream<Path> files = Files.walk(newest)) {
            for (Path file : files.skip(1).toList()) {
              Files.copy(file, copy.resolve(newest.relativize(file).toString()));
            }
          }
        });
  }

  private void phase(String name, int clients, int seconds, Event middle)
      throws IOException, InterruptedException {
    System.out.printf("%n%s: %d clients, %d s%n", name, clients, seconds);
    LoadCounts counts = new LoadCounts();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Random random = new Random(i);
      Thread thread = new Thread(() -> ask(random, end, counts));
      thread.start();
      threads.add(thread);
    }
    List<Double> resident = new ArrayList<>();
    boolean happened = false;
    while (System.nanoTime() < end) {
      Thread.sleep(1000L * SAMPLE_SECONDS);
      resident.add(residentMegabytes());
      if (!happened && resident.size() * SAMPLE_SECONDS * 2 >= seconds) {
        middle.run();
        happened = true;
      }
    }
    for (Thread thread : threads) {
      thread.join(); // the calls that were under way are waited for, and counted
    }
    System.out.print(counts.report(seconds));
    System.out.print(memory(resident.subList(resident.size() / 5, resident.size())));
  }

  private void ask(Random random, long end, LoadCounts counts) {
    while (System.nanoTime() < end) {
      byte[] clip = TinyModel.wav(SHORTEST + random.nextInt(LONGEST - SHORTEST), 0.1);
      counts.sent();
      long start = System.nanoTime();
      try {
        EmotionAnswer answer = client.recognize(clip, Optional.of("I am so happy for you"));
        counts.answered(answer.version(), (System.nanoTime() - start) / 1e6);
      } catch (EmotionServerException e) {
        counts.failed("status " + e.status());
        pause();
      } catch (IOException | InterruptedException e) {
        counts.failed(e.toString());
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(REFUSED_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private double residentMegabytes() throws IOException, InterruptedException {
    URI metrics = server.resolve("/monitoring/prometheus/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofLines())
        .body()
        .filter(line -> line.startsWith("process_resident_memory_bytes "))
        .mapToDouble(line -> Double.parseDouble(line.split(" ", 2)[1]) / 1e6)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Describes the memory by the line of least squares through it.
   *
   * @param resident of the last four fifths of a phase
   */
  private static String memory(List<Double> resident) {
    double meanTime = (resident.size() - 1) / 2.0;
    double mean = resident.stream().mapToDouble(mb -> mb).average().orElseThrow();
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < resident.size(); i++) {
      covariance += (i - meanTime) * (resident.get(i) - mean);
      variance += (i - meanTime) * (i - meanTime);
    }
    double slope = covariance / Math.max(variance, 1e-9); // MB a sample
    return String.format(
        Locale.ROOT,
        "resident over the last 4/5: %.0f to %.0f MB, mean %.0f; slope %+.2f MB/min, %+.2f %% of"
            + " the mean over that time%n",
        resident.stream().mapToDouble(mb -> mb).min().orElseThrow(),
        resident.stream().mapToDouble(mb -> mb).max().orElseThrow(),
        mean,
        slope * 60 / SAMPLE_SECONDS,
        100 * slope * (resident.size() - 1) / mean);
  }
}
