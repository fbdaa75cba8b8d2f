package io.loramer.training.config;

import io.loramer.model.Frontier.Storage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of the encoders' frozen part, which gives the same for an utterance in every epoch.
 *
 * @param states how the hidden states at the frontier are stored
 * @param folder where; empty for {@code $LORAMER_CACHE}, else {@code lora-mer} in {@code
 *     $XDG_CACHE_HOME} or {@code ~/.cache}
 */
public record CacheConfig(States states, Optional<Path> folder) {
  /** Forms of the stored states. */
  public enum States {
    /** Exactly: 3 KB a frame of a base-sized encoder, 0.7 MB for 4.5 seconds. */
    FLOAT32,
    /** In half the room, about three digits of each number. */
    FLOAT16,
    /** Not at all: computed anew in every epoch. */
    NONE
  }

  static CacheConfig defaults() {
    return new CacheConfig(States.FLOAT32, Optional.empty());
  }

  /** Returns the type in which states cross the frontier. */
  public Storage storage() {
    return states == States.FLOAT16 ? Storage.FLOAT16 : Storage.FLOAT32;
  }

  /**
   * Returns the folder.
   *
   * @param environment such as {@code System.getenv()}
   * @param home of the user
   */
  public Path folder(Map<String, String> environment, Path home) {
    if (folder.isPresent()) {
      return folder.get();
    }
    if (environment.containsKey("LORAMER_CACHE")) {
      return Path.of(environment.get("LORAMER_CACHE"));
    }
    String caches = environment.get("XDG_CACHE_HOME");
    return (caches == null ? home.resolve(".cache") : Path.of(caches)).resolve("lora-mer");
  }
}
