package io.loramer.savedmodels.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache where links cannot be made: in a zip. */
final class HubCacheTest {
  private static final HubModel MODEL = new HubModel(FakeHub.MODEL, HubModel.MAIN);

  @Test
  void interruptedCopyIsNoFileOfTheSnapshot(@TempDir Path folder) throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("cache.zip"), Map.of("create", "true"))) {
      HubCache cache = new HubCache(zip.getPath("/hub"));
      HubFile file = new HubFile("config.json", FakeHub.COMMIT, "0123456789", 2);
      Files.writeString(cache.blob(MODEL, file.etag()), "{}");
      Path snapshot = Files.createDirectories(cache.snapshot(MODEL, FakeHub.COMMIT));
      Files.writeString(snapshot.resolve("config.json.incomplete"), "{"); // the interrupted copy
      cache.link(MODEL, file);
      assertEquals("{}", Files.readString(snapshot.resolve("config.json")));
      try (var files = Files.list(snapshot)) {
        assertEquals(
            List.of("config.json"), files.map(path -> path.getFileName().toString()).toList());
      }
    }
  }
}
