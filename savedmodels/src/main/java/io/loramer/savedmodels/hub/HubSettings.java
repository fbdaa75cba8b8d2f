package io.loramer.savedmodels.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The hub's address and cache, from the environment variables of Python's huggingface_hub.
 *
 * @param endpoint {@code HF_ENDPOINT}, else huggingface.co
 * @param cache {@code HF_HUB_CACHE}, else {@code hub} in {@code HF_HOME}
 * @param offline the variable that forbids connections, if one is set
 * @param token of the user, if there is one
 * @param describeTimeout the longest time until a file's description arrives
 * @param downloadTimeout the longest time without progress of a download
 * @see <a
 *     href="https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables">the
 *     variables</a>
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    Optional<String> offline,
    Optional<Token> token,
    Duration describeTimeout,
    Duration downloadTimeout) {
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /** The hub's hosts; the second redirects to the first. */
  private static final Set<String> HUGGING_FACE = Set.of("huggingface.co", "hf.co");

  private static final String DEFAULT_TIMEOUT_SECONDS = "10";

  /**
   * The user's access token.
   *
   * @param origin the variable or file that it comes from, for messages
   */
  public record Token(String value, String origin) {
    /** Checks the value; it never appears in a message. */
    public Token {
      if (!value.matches("[!-~]+")) {
        throw new IllegalArgumentException(origin + ": expected a token, found other characters");
      }
    }

    @Override
    public String toString() {
      return "token of " + origin;
    }
  }

  /**
   * Reads the settings from environment variables.
   *
   * @throws IOException if the file with the token cannot be read
   * @throws IllegalArgumentException if a variable has an invalid value
   */
  public static HubSettings of(Map<String, String> environment) throws IOException {
    String user = environment.getOrDefault("HOME", System.getProperty("user.home"));
    String caches = environment.getOrDefault("XDG_CACHE_HOME", user + "/.cache");
    Path home = path(environment, "HF_HOME", user, caches + "/huggingface");
    String legacyCache = environment.getOrDefault("HUGGINGFACE_HUB_CACHE", home + "/hub");
    return new HubSettings(
        endpoint(environment.getOrDefault("HF_ENDPOINT", "https://huggingface.co")),
        path(environment, "HF_HUB_CACHE", user, legacyCache),
        List.of("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE").stream()
            .filter(name -> isTrue(environment, name))
            .findFirst(),
        isTrue(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")
            ? Optional.empty()
            : token(environment, path(environment, "HF_TOKEN_PATH", user, home + "/token")),
        seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
        seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
  }

  /** Returns whether a URI is on the hub's server, to which the token may be sent. */
  boolean isHub(URI uri) {
    boolean sameHost =
        endpoint.getHost().equals(uri.getHost())
            || (HUGGING_FACE.contains(endpoint.getHost()) && HUGGING_FACE.contains(uri.getHost()));
    return sameHost
        && endpoint.getScheme().equals(uri.getScheme())
        && endpoint.getPort() == uri.getPort();
  }

  private static Optional<Token> token(Map<String, String> environment, Path file)
      throws IOException {
    for (String name : List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")) {
      String value = environment.getOrDefault(name, "").strip();
      if (!value.isEmpty()) {
        return Optional.of(new Token(value, name));
      }
    }
    String value = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
    return value.isEmpty() ? Optional.empty() : Optional.of(new Token(value, file.toString()));
  }

  private static URI endpoint(String value) {
    URI uri = URI.create(value.replaceAll("/+$", ""));
    if (!Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
        || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "HF_ENDPOINT: expected a URL such as https://huggingface.co, found " + value);
    }
    return uri;
  }

  private static Path path(
      Map<String, String> environment, String name, String user, String absent) {
    String value = environment.getOrDefault(name, absent);
    return Path.of(value.startsWith("~/") ? user + value.substring(1) : value).toAbsolutePath();
  }

  private static boolean isTrue(Map<String, String> environment, String name) {
    return TRUE.contains(environment.getOrDefault(name, "").toUpperCase(Locale.ROOT));
  }

  private static Duration seconds(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, DEFAULT_TIMEOUT_SECONDS);
    if (!value.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(name + ": expected seconds, found " + value);
    }
    return Duration.ofSeconds(Long.parseLong(value));
  }
}
