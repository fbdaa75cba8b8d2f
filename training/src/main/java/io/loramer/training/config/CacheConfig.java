package io.loramer.training.config;

import io.loramer.model.Frontier.Storage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How the outputs of the encoders' frozen part are stored, which are the same in every epoch.
 *
 * @param states how the hidden states at the frontier are stored
 * @param folder of the store; empty for {@code $LORAMER_CACHE}, else {@code lora-mer} in {@code
 *     $XDG_CACHE_HOME} or {@code ~/.cache}
 */
public record CacheConfig(States states, Optional<Path> folder) {
  /** Number formats of the stored states. */
  public enum States {
    /** Exact: 3 KB a frame of a base-sized encoder, 0.7 MB for 4.5 seconds. */
    FLOAT32,
    /** Half the space, about three decimal digits of each number. */
    FLOAT16,
    /** Nothing is stored: the states are computed anew in every epoch. */
    NONE
  }

  static CacheConfig defaults() {
    return new CacheConfig(States.FLOAT32, Optional.empty());
  }

  /** Returns this configuration with another number format. */
  public CacheConfig withStates(States other) {
    return new CacheConfig(other, folder);
  }

  /** Returns the number type of the hidden states at the frontier. */
  public Storage storage() {
    return states == States.FLOAT16 ? Storage.FLOAT16 : Storage.FLOAT32;
  }

  /**
   * Returns the folder of the store.
   *
   * @param environment such as {@code System.getenv()}
   * @param home the user's home folder
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
