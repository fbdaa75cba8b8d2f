package io.loramer.server.model;

import io.loramer.recognition.ModelVersions;
import io.loramer.server.limits.BatchLimits;
import io.loramer.serving.ModelVersionStatus.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.message.StringMapMessage;
import org.tensorflow.proto.error.Code;

/**
 * A model with its folder of versions, of which the one with the highest number is served. A
 * version with a higher number that appears is loaded, then replaces the served one, which is
 * closed after its last call. A version that cannot be loaded leaves the served one in place, and
 * is tried again later.
 */
public final class ServedModel implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(ServedModel.class);

  /**
   * The time until a failed version is tried again: a folder that is being copied is incomplete.
   */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** The longest time that {@link #close} waits for a version that is being loaded. */
  private static final Duration LOADING = Duration.ofSeconds(60);

  private final String name;
  private final Path folder;
  private final BatchLimits limits;
  private final ServerMetrics metrics;

  private final NavigableMap<Long, VersionState> states = new ConcurrentSkipListMap<>();
  private final Map<Long, Long> failedNanos = new HashMap<>(); // used by the poller only
  private final ScheduledExecutorService poller =
      Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "versions"));
  private final ExecutorService closer =
      Executors.newSingleThreadExecutor(task -> daemon(task, "closer"));
  private volatile ServedVersion newest;

  private ServedModel(String name, Path folder, BatchLimits limits, ServerMetrics metrics) {
    this.name = name;
    this.folder = folder;
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * Loads the newest version and watches for newer ones.
   *
   * @param poll the time between two checks of the folder
   * @throws IOException if the folder has no version, or its newest cannot be loaded
   */
  public static ServedModel open(
      String name, Path folder, BatchLimits limits, Duration poll, ServerMetrics metrics)
      throws IOException {
    SortedMap<Long, Path> versions = ModelVersions.in(folder);
    if (versions.isEmpty()) {
      throw new IOException(
          folder
              + ": no version of a model: expected a folder named by a number, such as "
              + folder.resolve("1")
              + "; `lora-mer export` makes one");
    }
    ServedModel model = new ServedModel(name, folder, limits, metrics);
    try {
      long number = versions.lastKey();
      model.newest = model.load(number, versions.get(number));
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
    metrics.gauge("lora_mer:model_version", () -> model.newest.number());
    metrics.gauge("lora_mer:queued_calls", () -> model.newest.queued());
    long millis = poll.toMillis();
    ScheduledFuture<?> unused =
        model.poller.scheduleWithFixedDelay(model::poll, millis, millis, TimeUnit.MILLISECONDS);
    return model;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  public String name() {
    return name;
  }

  /**
   * Returns the states of all versions since the start, the newest first.
   *
   * @param version a single version; empty for all
   * @throws RefusedException if there is no such model or version
   */
  public SortedMap<Long, VersionState> states(String model, OptionalLong version) {
    NavigableMap<Long, VersionState> asked =
        version.isEmpty()
            ? states
            : states.subMap(version.getAsLong(), true, version.getAsLong(), true);
    if (!model.equals(name) || asked.isEmpty()) {
      throw new RefusedException(
          Refusal.NOT_FOUND,
          "Could not find %s of model %s"
              .formatted(
                  version.isPresent() ? "version " + version.getAsLong() : "any versions", model));
    }
    return new TreeMap<>(asked).descendingMap();
  }

  /**
   * Calls a function with a version, which stays loaded until the function's future is complete.
   *
   * @param model the name in the caller's request
   * @param version a number, or empty for the newest
   * @throws RefusedException if there is no such model, or the version is not loaded
   */
  public <T> CompletableFuture<T> use(
      String model, OptionalLong version, Function<ServedVersion, CompletableFuture<T>> use) {
    ServedVersion served = acquire();
    try {
      if (!model.equals(name) || (version.isPresent() && version.getAsLong() != served.number())) {
        throw notFound(model, version);
      }
      return use.apply(served).whenComplete((answer, failure) -> served.release(closer));
    } catch (RuntimeException e) {
      served.release(closer);
      throw e;
    }
  }

  private ServedVersion acquire() {
    ServedVersion served = newest;
    while (!served.acquire()) { // it was replaced a moment ago
      if (served == newest) {
        throw new RefusedException(Refusal.UNAVAILABLE, "The server is shutting down");
      }
      served = newest;
    }
    return served;
  }

  private static RefusedException notFound(String model, OptionalLong version) {
    String request =
        version.isPresent()
            ? "Specific(%s, %d)".formatted(model, version.getAsLong())
            : "Latest(%s)".formatted(model);
    return new RefusedException(Refusal.NOT_FOUND, "Servable not found for request: " + request);
  }

  private void poll() {
    try {
      SortedMap<Long, Path> versions = ModelVersions.in(folder);
      long current = newest.number();
      for (Map.Entry<Long, Path> version : new TreeMap<>(versions).descendingMap().entrySet()) {
        long number = version.getKey();
        if (number == current || (number < current && versions.containsKey(current))) {
          return;
        }
        if (mayTry(number) && replaceBy(number, version.getValue())) {
          return;
        }
      }
    } catch (IOException | RuntimeException e) { // else the executor would not poll again
      LOG.error(new StringMapMessage().with("event", "poll_failed"), e);
    }
  }

  private boolean mayTry(long number) {
    Long failed = failedNanos.get(number);
    return failed == null || System.nanoTime() - failed > RETRY.toNanos();
  }

  private boolean replaceBy(long number, Path version) {
    try {
      ServedVersion loaded = load(number, version);
      ServedVersion old = newest;
      newest = loaded;
      states.put(old.number(), VersionState.of(State.UNLOADING));
      old.onClosed(() -> states.put(old.number(), VersionState.of(State.END)));
      old.release(closer);
      return true;
    } catch (IOException | RuntimeException e) {
      failedNanos.put(number, System.nanoTime());
      LOG.error(event("load_failed", number), e);
      return false;
    }
  }

  private ServedVersion load(long number, Path version) throws IOException {
    states.put(number, VersionState.of(State.LOADING));
    LOG.info(event("loading", number));
    try {
      ServedVersion loaded = ServedVersion.load(number, version, limits, metrics);
      states.put(number, VersionState.of(State.AVAILABLE));
      LOG.info(event("available", number));
      return loaded;
    } catch (IOException | RuntimeException e) {
      states.put(
          number,
          new VersionState(
              State.END, Code.FAILED_PRECONDITION, "This version could not be loaded"));
      throw e;
    }
  }

  private StringMapMessage event(String event, long version) {
    return new StringMapMessage().with("event", event).with("model", name).with("version", version);
  }

  /** Stops the checks for versions, and closes the served version after its last call. */
  @Override
  public void close() {
    poller.shutdown();
    awaitLoading();
    ServedVersion served = newest;
    if (served == null) {
      closer.shutdown();
      return;
    }
    CompletableFuture<Void> closed = new CompletableFuture<>();
    served.onClosed(() -> closed.complete(null));
    served.release(closer);
    closed.join();
    closer.shutdown();
  }

  /** Waits for a version that is being loaded, which would otherwise stay open. */
  private void awaitLoading() {
    try {
      if (!poller.awaitTermination(LOADING.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn(new StringMapMessage().with("event", "still_loading"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
