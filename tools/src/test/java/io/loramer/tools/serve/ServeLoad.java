package io.loramer.tools.serve;

import io.loramer.client.EmotionClient;
import io.loramer.client.EmotionServerException;
import io.loramer.tools.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Measures a running server: clients that each send one clip of 1 to 10 seconds after the other.
 * From the repository's root, after {@code mvn package}, with the model of {@link
 * io.loramer.tools.BaseSizeModel} and {@code ./lora-mer serve} in another terminal:
 *
 * <pre>{@code
 * java -cp "tools/target/test-classes:tools/client/target/classes:tools/target/lora-mer-tools.jar:tools/target/lib/*" \
 *   io.loramer.tools.serve.ServeLoad http://localhost:8501 16 600
 * }</pre>
 */
final class ServeLoad {
  private static final int SHORTEST = 16_000;
  private static final int LONGEST = 160_000;
  private static final int REPORT_SECONDS = 10;

  private final URI server;
  private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
  private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean stopped;

  private ServeLoad(URI server) {
    this.server = server;
  }

  /**
   * Measures.
   *
   * @param args the server's address, the number of clients, seconds
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    new ServeLoad(URI.create(args[0])).run(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
  }

  private void run(int clients, int seconds) throws IOException, InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Random random = new Random(i);
      Thread thread = new Thread(() -> ask(random));
      thread.start();
      threads.add(thread);
    }
    List<Long> resident = new ArrayList<>();
    for (int past = 0; past < seconds; past += REPORT_SECONDS) {
      Thread.sleep(1000L * Math.min(REPORT_SECONDS, seconds - past));
      resident.add(residentBytes());
      System.out.printf(
          Locale.ROOT,
          "%5d s  %s  resident %.0f MB%n",
          past + REPORT_SECONDS,
          outcomes,
          resident.get(resident.size() - 1) / 1e6);
    }
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    report(seconds, resident.subList(resident.size() / 5, resident.size()));
  }

  private void ask(Random random) {
    EmotionClient client = new EmotionClient(server, Duration.ofMinutes(2));
    while (!stopped) {
      byte[] clip = TinyModel.wav(SHORTEST + random.nextInt(LONGEST - SHORTEST), 0.1);
      long start = System.nanoTime();
      String outcome = "answered";
      try {
        client.recognize(clip, Optional.of("I am so happy for you"));
        millis.add((System.nanoTime() - start) / 1e6);
      } catch (EmotionServerException e) {
        outcome = String.valueOf(e.status());
      } catch (IOException | InterruptedException e) {
        outcome = e.toString();
      }
      outcomes.computeIfAbsent(outcome, key -> new LongAdder()).increment();
    }
  }

  private long residentBytes() throws IOException, InterruptedException {
    URI metrics = server.resolve("/monitoring/prometheus/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofLines())
        .body()
        .filter(line -> line.startsWith("process_resident_memory_bytes "))
        .mapToLong(line -> Long.parseLong(line.split(" ", 2)[1]))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Prints what came of it.
   *
   * @param resident the last four fifths
   */
  private void report(int seconds, List<Long> resident) {
    List<Double> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s%n%.2f answers/s, p50 %.0f ms, p95 %.0f ms, p99 %.0f ms, longest %.0f ms%n"
            + "resident over the last 4/5: %.0f to %.0f MB%n",
        outcomes,
        sorted.size() / (double) seconds,
        percentile(sorted, 0.5),
        percentile(sorted, 0.95),
        percentile(sorted, 0.99),
        percentile(sorted, 1),
        Collections.min(resident) / 1e6,
        Collections.max(resident) / 1e6);
  }

  private static double percentile(List<Double> sorted, double share) {
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size())));
  }
}
