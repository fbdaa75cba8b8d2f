package io.loramer.savedmodels.hub;

import io.loramer.savedmodels.weights.Checkpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The Hugging Face hub with its cache on disk: returns a folder with a model's files, and downloads
 * those that the cache lacks.
 */
public final class Hub {
  private static final Logger LOG = LogManager.getLogger(Hub.class);

  private static final String CONFIG = "config.json";

  /** The small files that are downloaded if a checkpoint has them. */
  private static final List<String> OPTIONAL =
      List.of(
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt");

  private final HubSettings settings;
  private final HubCache cache;
  private final HubConnection connection;
  private final Retry retry;

  /** Creates a client; connections are opened when a model is requested. */
  public Hub(HubSettings settings) {
    this(settings, duration -> Thread.sleep(duration.toMillis()));
  }

  Hub(HubSettings settings, Retry.Pause pause) {
    this.settings = settings;
    cache = new HubCache(settings.cache());
    retry = new Retry(pause);
    connection = new HubConnection(settings, retry);
  }

  /**
   * Returns the folder with the files of a model that a conversion needs: its configuration,
   * weights in the first format of {@link Checkpoint#FILES} that it has, and tokenizer and
   * preprocessor if it has them. If the hub cannot be reached or stays busy, the cached files are
   * used.
   *
   * @throws IOException if the hub refuses, if a file is not as the hub described it, or if the hub
   *     is unreachable or busy and the cache lacks a file
   */
  public Path snapshot(HubModel model, Progress progress) throws IOException {
    if (settings.offline().isPresent()) {
      return cached(model, settings.offline().get() + " is set");
    }
    try {
      return download(model, progress);
    } catch (ConnectException | HubBusyException e) {
      LOG.warn("{}; looking in {}", e.getMessage(), settings.cache());
      return cached(model, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException(model + ": interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private Path download(HubModel model, Progress progress)
      throws IOException, InterruptedException {
    Download download = new Download(connection, retry, settings.downloadTimeout(), progress);
    String commit = commit(model);
    HubModel pinned = new HubModel(model.name(), commit); // all files of one commit
    cache.remember(model, commit);
    if (!fetch(pinned, CONFIG, download)) {
      throw new IOException(model + ": has no " + CONFIG + ": not a model of transformers");
    }
    for (String file : OPTIONAL) {
      fetch(pinned, file, download);
    }
    fetchWeights(pinned, download);
    return cache.snapshot(model, commit);
  }

  private String commit(HubModel model) throws IOException, InterruptedException {
    if (model.isCommit()) {
      return model.revision();
    }
    return connection
        .describe(model, CONFIG)
        .orElseThrow(
            () ->
                new IOException(
                    "%s: no such repository or revision, or it has no %s".formatted(model, CONFIG)))
        .commit();
  }

  private void fetchWeights(HubModel model, Download download)
      throws IOException, InterruptedException {
    for (String file : Checkpoint.FILES) {
      if (fetch(model, file, download)) {
        for (String shard : shards(cache.snapshot(model, model.revision()).resolve(file))) {
          if (!fetch(model, shard, download)) {
            throw new IOException(
                "%s: %s names %s, which it has not".formatted(model, file, shard));
          }
        }
        return;
      }
    }
    throw new IOException(
        "%s: no weights: expected one of %s".formatted(model, String.join(", ", Checkpoint.FILES)));
  }

  /**
   * Downloads a file into the snapshot, unless it is there.
   *
   * @param model at a commit
   * @return whether the commit has the file
   */
  private boolean fetch(HubModel model, String name, Download download)
      throws IOException, InterruptedException {
    String commit = model.revision();
    if (Files.exists(cache.snapshot(model, commit).resolve(name))) {
      return true;
    }
    if (cache.isAbsent(model, commit, name)) {
      return false;
    }
    Optional<HubFile> found = connection.describe(model, name);
    if (found.isEmpty()) {
      cache.rememberAbsent(model, commit, name);
      return false;
    }
    HubFile file = found.get();
    if (!file.commit().equals(commit)) {
      throw new IOException("%s: %s: is of commit %s".formatted(model, name, file.commit()));
    }
    Path blob = cache.blob(model, file.etag());
    cache.locked(
        model,
        file.etag(),
        () -> {
          if (!Files.exists(blob)) {
            LOG.info("downloading {} of {}, {} bytes", name, model.name(), file.size());
            download.fetch(model, file, blob);
          }
          cache.link(model, file);
        });
    return true;
  }

  private Path cached(HubModel model, String reason) throws IOException {
    Optional<String> commit = cache.commit(model);
    Optional<Path> snapshot = commit.map(c -> cache.snapshot(model, c)).filter(Files::isDirectory);
    if (snapshot.isEmpty()) {
      throw new IOException(
          "%s: not in the cache %s, and %s".formatted(model, settings.cache(), reason));
    }
    List<String> missing = missing(snapshot.get());
    if (!missing.isEmpty()) {
      throw new IOException(
          "%s: %s lacks %s, and %s".formatted(model, snapshot.get(), missing, reason));
    }
    return snapshot.get();
  }

  private static List<String> missing(Path snapshot) throws IOException {
    Set<String> needed = new TreeSet<>(List.of(CONFIG));
    Optional<String> weights =
        Checkpoint.FILES.stream().filter(file -> Files.exists(snapshot.resolve(file))).findFirst();
    if (weights.isPresent()) {
      needed.addAll(shards(snapshot.resolve(weights.get())));
    } else {
      needed.add(Checkpoint.FILES.get(0));
    }
    return needed.stream().filter(file -> !Files.exists(snapshot.resolve(file))).toList();
  }

  /** Returns the files that an index names; none if the file is not an index. */
  private static Set<String> shards(Path file) throws IOException {
    return file.toString().endsWith(".json")
        ? new TreeSet<>(Checkpoint.shards(file).values())
        : Set.of();
  }
}
