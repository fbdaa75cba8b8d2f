package io.loramer.savedmodels.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HubSettingsTest {
  @TempDir private Path folder;

  @Test
  void defaultsArePythons() throws IOException {
    HubSettings settings = HubSettings.of(Map.of("HOME", "/home/a"));
    assertEquals(URI.create("https://huggingface.co"), settings.endpoint());
    assertEquals(Path.of("/home/a/.cache/huggingface/hub"), settings.cache());
    assertEquals(Optional.empty(), settings.offline());
    assertEquals(Optional.empty(), settings.token());
    assertEquals(Duration.ofSeconds(10), settings.downloadTimeout());
  }

  @ParameterizedTest
  @CsvSource({
    "XDG_CACHE_HOME, /c, /c/huggingface/hub",
    "HF_HOME, /c, /c/hub",
    "HF_HOME, ~/c, /home/a/c/hub",
    "HUGGINGFACE_HUB_CACHE, /c, /c",
    "HF_HUB_CACHE, /c, /c"
  })
  void cacheIsWhereAVariableSays(String name, String value, Path cache) throws IOException {
    assertEquals(cache, HubSettings.of(Map.of("HOME", "/home/a", name, value)).cache());
  }

  @Test
  void tokenComesFromTheEnvironmentBeforeTheFile() throws IOException {
    Files.writeString(folder.resolve("token"), "of-file\n");
    Map<String, String> home = Map.of("HF_HOME", folder.toString());
    assertEquals("of-file", HubSettings.of(home).token().orElseThrow().value());
    assertEquals(
        "of-variable",
        HubSettings.of(Map.of("HF_HOME", folder.toString(), "HF_TOKEN", " of-variable "))
            .token()
            .orElseThrow()
            .value());
    assertEquals(
        Optional.empty(),
        HubSettings.of(Map.of("HF_HOME", folder.toString(), "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
            .token());
  }

  @ParameterizedTest
  @CsvSource({
    "https://hf.co, https://huggingface.co/x, true",
    "https://huggingface.co, https://hf.co/x, true",
    "https://hf.co, http://huggingface.co/x, false",
    "https://hf.co, https://huggingface.co:8443/x, false",
    "https://huggingface.co, https://cdn-lfs.hf.co/x, false",
    "https://mirror.example, https://mirror.example/x, true",
    "https://mirror.example, https://huggingface.co/x, false",
    "https://huggingface.co, https://mirror.example/x, false"
  })
  void bothHostsOfHuggingFaceAreOneHub(String endpoint, URI uri, boolean expected)
      throws IOException {
    assertEquals(expected, HubSettings.of(Map.of("HF_ENDPOINT", endpoint)).isHub(uri));
  }

  @Test
  void tokenIsNeverPrinted() throws IOException {
    HubSettings settings = HubSettings.of(Map.of("HF_TOKEN", "secret"));
    assertTrue(settings.toString().contains("token of HF_TOKEN"), settings.toString());
    assertFalse(settings.toString().contains("secret"), settings.toString());
    String refused =
        assertThrows(
                IllegalArgumentException.class,
                () -> HubSettings.of(Map.of("HF_TOKEN", "secret\r\nHost: x")))
            .getMessage();
    assertEquals("HF_TOKEN: expected a token, found other characters", refused);
  }

  @ParameterizedTest
  @CsvSource({
    "HF_ENDPOINT, huggingface.co",
    "HF_ENDPOINT, file:///etc",
    "HF_HUB_DOWNLOAD_TIMEOUT, soon",
    "HF_HUB_ETAG_TIMEOUT, 0"
  })
  void wrongVariableIsNamed(String name, String value) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> HubSettings.of(Map.of(name, value)))
            .getMessage();
    assertTrue(message.startsWith(name + ": expected"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "..", "../x", "a/../b", "a/b/c", "/etc", "a--b/c", "a/b.git", ".hidden", "a/b?c", "a b",
        "a/b\n", "a\\b"
      })
  void nameThatIsAPathIsRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> new HubModel(name, HubModel.MAIN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../main", "refs/../../x", "/main", "a//b", "a/", "a b", "a?b"})
  void revisionThatIsAPathIsRefused(String revision) {
    assertThrows(IllegalArgumentException.class, () -> new HubModel("org/model", revision));
  }

  @ParameterizedTest
  @ValueSource(strings = {"microsoft/wavlm-base-plus", "roberta-base", "a/b", "org_1/x.y-z_2"})
  void namesOfTheHubAreTaken(String name) {
    assertEquals(name + "@refs/pr/1", new HubModel(name, "refs/pr/1").toString());
  }
}
