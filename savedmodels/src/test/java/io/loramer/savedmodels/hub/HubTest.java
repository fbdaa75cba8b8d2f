package io.loramer.savedmodels.hub;

import static io.loramer.savedmodels.hub.FakeHub.COMMIT;
import static io.loramer.savedmodels.hub.FakeHub.MODEL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against servers on loopback; no test waits, for the hub's pauses are only noted. */
final class HubTest {
  private static final HubModel MAIN = new HubModel(MODEL, HubModel.MAIN);
  private static final String WEIGHTS = "model.safetensors";
  private static final Progress SILENT = (file, bytes, total) -> {};

  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, String> environment = new HashMap<>();
  private final byte[] weights = new byte[300_007];

  @TempDir private Path folder;
  private FakeHub server;

  @BeforeEach
  void startServer() throws IOException {
    new Random(11).nextBytes(weights);
    server = new FakeHub().with("config.json", "{}").with(WEIGHTS, weights);
    environment.put("HF_HOME", folder.toString());
    environment.put("HF_ENDPOINT", server.endpoint());
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void cacheIsLaidOutAsPythonDoes() throws IOException {
    server.with("tokenizer.json", "{}");
    Path snapshot = hub().snapshot(MAIN, SILENT);
    Path model = folder.resolve("hub/models--org--model");
    assertEquals(model.resolve("snapshots").resolve(COMMIT), snapshot);
    assertEquals(COMMIT, Files.readString(model.resolve("refs/main")));
    assertEquals(
        Path.of("../../blobs", FakeHub.hash("SHA-256", weights)),
        Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals(Set.of("config.json", "tokenizer.json", WEIGHTS), names(snapshot));
    assertEquals(
        Set.of(
            "preprocessor_config.json",
            "processor_config.json",
            "tokenizer_config.json",
            "vocab.json",
            "merges.txt"),
        names(model.resolve(".no_exist").resolve(COMMIT)));
    assertEquals(2, names(model.resolve("blobs")).size()); // two files have the content {}
  }

  @Test
  void whatIsCachedIsNotAskedForAgain() throws IOException {
    hub().snapshot(MAIN, SILENT);
    server.requests.clear();
    hub().snapshot(MAIN, SILENT);
    assertEquals(1, server.requests.size()); // which commit is main?
    hub().snapshot(new HubModel(MODEL, COMMIT), SILENT);
    assertEquals(1, server.requests.size());
    assertEquals(1, server.storageRequests.size());
  }

  @Test
  void tokenIsSentToTheHubAndToNoOtherHost() throws IOException {
    environment.put("HF_TOKEN", "secret");
    hub().snapshot(MAIN, SILENT);
    assertEquals(
        Set.of("Bearer secret"),
        server.requests.stream().map(FakeHub.Request::authorization).collect(Collectors.toSet()));
    assertEquals(1, server.storageRequests.size());
    assertEquals(null, server.storageRequests.get(0).authorization());
  }

  @Test
  void renamedRepositoryIsFollowedByItsOldName() throws IOException {
    Path snapshot = hub().snapshot(new HubModel(FakeHub.RENAMED, HubModel.MAIN), SILENT);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertTrue(snapshot.toString().contains("models--org--old-name"), snapshot.toString());
  }

  @Test
  void redirectsInACircleEnd() {
    for (int i = 0; i < 20; i++) {
      server.misbehaviours.add(FakeHub.status(302, "Location", "/" + MODEL));
    }
    assertRefused("redirected more than 10 times");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://127.0.0.1/x", "file:///etc/passwd", "http:", "::"})
  void redirectToAnythingButAServerIsRefused(String location) {
    server.misbehaviours.add(FakeHub.status(302, "Location", location));
    assertRefused("redirected");
  }

  @Test
  void mirrorThatOnlyRedirectsToAnotherHostIsNamed() {
    server.misbehaviours.add(FakeHub.status(307, "Location", "https://hub.example/x"));
    assertRefused("redirects to another host, https://hub.example/x, and does not describe");
  }

  @Test
  void brokenDownloadIsGoneOnWith() throws IOException {
    server.storageMisbehaviours.add(FakeHub.breakAfter(100_000));
    List<Long> arrived = new ArrayList<>();
    Path snapshot = hub().snapshot(MAIN, (file, bytes, total) -> arrived.add(bytes));
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals("bytes=100000-", server.storageRequests.get(1).range());
    assertEquals(weights.length, arrived.get(arrived.size() - 1));
    assertEquals(List.of(Duration.ofSeconds(1)), pauses);
  }

  @Test
  void whatAnEarlierProcessLeftIsGoneOnWith() throws IOException {
    Path blobs = Files.createDirectories(folder.resolve("hub/models--org--model/blobs"));
    Files.write(
        blobs.resolve(FakeHub.hash("SHA-256", weights) + ".incomplete"),
        Arrays.copyOf(weights, 250_000));
    Path snapshot = hub().snapshot(MAIN, SILENT);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals("bytes=250000-", server.storageRequests.get(0).range());
    assertEquals(Set.of(), incomplete());
  }

  @Test
  void serverWithoutRangesIsAskedForTheWholeFileAgain() throws IOException {
    server.storageMisbehaviours.add(FakeHub.breakAfter(100_000));
    server.storageMisbehaviours.add(FakeHub.breakAfter(weights.length)); // status 200: from 0
    Path snapshot = hub().snapshot(MAIN, SILENT);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
  }

  @Test
  void downloadThatStandsStillIsBrokenOff() throws IOException {
    server.storageMisbehaviours.add(server.stallAfter(100_000));
    HubSettings settings = HubSettings.of(environment);
    HubSettings impatient =
        new HubSettings(
            settings.endpoint(),
            settings.cache(),
            settings.offline(),
            settings.token(),
            settings.describeTimeout(),
            Duration.ofMillis(300));
    Path snapshot = new Hub(impatient, pauses::add).snapshot(MAIN, SILENT);
    assertArrayEquals(weights, Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    assertEquals("bytes=100000-", server.storageRequests.get(1).range());
  }

  @Test
  void downloadThatAlwaysBreaksOffEndsAndIsKept() throws IOException {
    for (int i = 0; i < 9; i++) {
      server.storageMisbehaviours.add(FakeHub.breakAfter(100_000));
    }
    assertRefused("broke off after 100000 of 300007 bytes; run it again to go on");
    assertEquals(Set.of(FakeHub.hash("SHA-256", weights) + ".incomplete"), incomplete());
  }

  @ParameterizedTest
  @ValueSource(strings = {WEIGHTS, "config.json"}) // SHA-256, and git's SHA-1
  void wrongHashIsSaidAndTheFileRemoved(String file) throws IOException {
    String lie = new StringBuilder(server.etags.get(file)).reverse().toString();
    server.etags.put(file, lie);
    assertRefused(file + ": expected hash " + lie);
    assertEquals(Set.of(), incomplete());
  }

  @ParameterizedTest
  @CsvSource({
    "401, '', no token was sent: set HF_TOKEN",
    "401, secret, the token of HF_TOKEN was sent",
    "403, secret, ask for access at"
  })
  void refusalSaysWhichTokenWasSent(int status, String token, String reason) {
    environment.put("HF_TOKEN", token);
    server.misbehaviours.add(
        FakeHub.status(status, "X-Error-Code", "GatedRepo", "X-Error-Message", "Gated!"));
    String message = assertRefused(reason);
    assertTrue(message.contains("answered " + status), message);
    assertTrue(message.contains("(Gated!)"), message);
    assertFalse(message.contains("secret"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "org/other, main, there is no such repository",
    "org/model, v2, the repository has no such revision"
  })
  void whatIsNotThereIsNamed(String name, String revision, String reason) {
    assertRefused(new HubModel(name, revision), reason);
  }

  @Test
  void repositoryWithoutWeightsIsRefused() throws IOException {
    server.close();
    server = new FakeHub().with("config.json", "{}");
    environment.put("HF_ENDPOINT", server.endpoint());
    assertRefused("no weights: expected one of model.safetensors");
  }

  @Test
  void busyHubIsAskedAgainWhenItSaid() throws IOException {
    server.misbehaviours.add(FakeHub.status(429, "Retry-After", "7"));
    server.misbehaviours.add(FakeHub.status(503));
    server.misbehaviours.add(
        FakeHub.status(503, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")); // long ago
    hub().snapshot(MAIN, SILENT);
    assertEquals(List.of(Duration.ofSeconds(7), Duration.ofSeconds(2), Duration.ZERO), pauses);
  }

  @Test
  void hubThatStaysBusyIsGivenUp() {
    for (int i = 0; i < 9; i++) {
      server.misbehaviours.add(FakeHub.status(503));
    }
    assertRefused("answered 503: the hub is busy");
    assertEquals(5, server.requests.size());
    assertEquals(List.of(1L, 2L, 4L, 8L), pauses.stream().map(Duration::toSeconds).toList());
  }

  @Test
  void hubThatAsksForAnHourIsGivenUpAtOnce() {
    server.misbehaviours.add(FakeHub.status(429, "Retry-After", "3600"));
    assertRefused("busy for 3600 s");
    assertEquals(List.of(), pauses);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void hubThatStaysBusyLeavesTheCache(int status) throws IOException {
    Path online = hub().snapshot(MAIN, SILENT);
    for (int i = 0; i < 10; i++) {
      server.misbehaviours.add(FakeHub.status(status));
    }
    assertEquals(online, hub().snapshot(MAIN, SILENT));
    Files.delete(online.resolve(WEIGHTS));
    assertRefused("lacks [model.safetensors], and ");
  }

  @ParameterizedTest
  @CsvSource({"HF_HUB_OFFLINE, 1", "TRANSFORMERS_OFFLINE, yes"})
  void offlineTheCacheIsEnough(String name, String value) throws IOException {
    Path online = hub().snapshot(MAIN, SILENT);
    server.requests.clear();
    environment.put(name, value);
    assertEquals(online, hub().snapshot(MAIN, SILENT));
    assertEquals(online, hub().snapshot(new HubModel(MODEL, COMMIT), SILENT));
    assertEquals(List.of(), server.requests);
  }

  @Test
  void offlineWithoutCacheSaysWhereItLooked() {
    environment.put("HF_HUB_OFFLINE", "ON");
    assertRefused("not in the cache " + folder.resolve("hub") + ", and HF_HUB_OFFLINE is set");
  }

  @Test
  void offlineWithHalfASnapshotSaysWhatItLacks() throws IOException {
    Files.delete(hub().snapshot(MAIN, SILENT).resolve(WEIGHTS));
    environment.put("HF_HUB_OFFLINE", "ON");
    assertRefused("lacks [model.safetensors]");
  }

  @Test
  void unreachableHubLeavesTheCache() throws IOException {
    Path online = hub().snapshot(MAIN, SILENT);
    server.close();
    assertEquals(online, hub().snapshot(MAIN, SILENT));
    assertRefused(new HubModel("org/other", "main"), "cannot be reached");
  }

  @Test
  void shardsAndPicklesAreFoundWhereThereIsNoSingleSafetensors() throws IOException {
    server.close();
    server =
        new FakeHub()
            .with("config.json", "{}")
            .with("pytorch_model.bin.index.json", "{\"weight_map\": {\"a\": \"p-1.bin\"}}")
            .with("p-1.bin", weights);
    environment.put("HF_ENDPOINT", server.endpoint());
    assertEquals(
        Set.of("config.json", "pytorch_model.bin.index.json", "p-1.bin"),
        names(hub().snapshot(MAIN, SILENT)));
  }

  @Test
  void shardNamedLikeAPathIsRefused() throws IOException {
    server.close();
    server =
        new FakeHub()
            .with("config.json", "{}")
            .with("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../x.bin\"}}");
    environment.put("HF_ENDPOINT", server.endpoint());
    assertRefused("refused: a is said to lie in \"../../x.bin\"");
  }

  @ParameterizedTest
  @CsvSource({
    "../../../../x, 0123456789abcdef0123456789abcdef01234567, 5",
    "0123456789abcdef, ../../x, 5",
    "0123456789abcdef, 0123456789abcdef0123456789abcdef01234567, -5",
    "0123456789abcdef, 0123456789abcdef0123456789abcdef01234567, 99999999999999999999"
  })
  void descriptionThatIsNoneIsRefused(String etag, String commit, String size) {
    server.misbehaviours.add(
        FakeHub.status(
            302,
            "Location",
            "https://127.0.0.2/",
            "X-Linked-Etag",
            etag,
            "X-Repo-Commit",
            commit,
            "X-Linked-Size",
            size));
    assertRefused("not described as a hub does");
  }

  @Test
  void lengthOfARedirectIsNotThatOfTheFile() {
    server.misbehaviours.add(
        FakeHub.status(
            302,
            "Location",
            "https://127.0.0.2/",
            "ETag",
            "0123456789abcdef",
            "X-Repo-Commit",
            COMMIT,
            "Content-Length",
            "5"));
    assertRefused("not described as a hub does");
  }

  @Test
  void twoAtATimeDownloadOnce() throws Exception {
    ExecutorService both = Executors.newFixedThreadPool(2);
    try {
      Callable<Path> download = () -> hub().snapshot(MAIN, SILENT);
      for (var snapshot : both.invokeAll(List.of(download, download))) {
        assertArrayEquals(weights, Files.readAllBytes(snapshot.get().resolve(WEIGHTS)));
      }
    } finally {
      both.shutdown();
    }
    assertEquals(1, server.storageRequests.size());
  }

  private Hub hub() throws IOException {
    return new Hub(HubSettings.of(environment), pauses::add);
  }

  private String assertRefused(String reason) {
    return assertRefused(MAIN, reason);
  }

  private String assertRefused(HubModel model, String reason) {
    String message =
        assertThrows(IOException.class, () -> hub().snapshot(model, SILENT)).getMessage();
    assertTrue(message.contains(reason), message);
    return message;
  }

  private Set<String> incomplete() throws IOException {
    return names(folder.resolve("hub/models--org--model/blobs")).stream()
        .filter(name -> name.endsWith(".incomplete"))
        .collect(Collectors.toSet());
  }

  private static Set<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }
}
