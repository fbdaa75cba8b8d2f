package io.loramer.tools.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.tools.testing.CommandLineRun;
import io.loramer.training.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SweepCommandTest {
  /** The loss of the second row is NaN or infinite. */
  private static final String GRID =
      """
      rows:
        - {name: Words alone, set: {audio.encoder: null}, paper: {UA: 60.94, WA: 60.01}}
        - {name: Too fast, set: {audio.encoder: null, training.learning_rate: 1e30}}
        - {name: Frozen, set: {audio.encoder: wavlm, audio.adaptation: frozen}}
      """;

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static CommandLineRun swept;

  @BeforeAll
  static void run() throws IOException {
    tiny = TinyRun.in(folder).withoutSplits();
    swept = sweep(GRID);
  }

  @Test
  void failedPointIsReportedAndTheOthersRun() {
    assertEquals(1, swept.exitCode(), swept.err());
    String[] lines = swept.out().split("\n", -1);
    assertEquals(
        "protocol clean: the best epoch of each run was chosen on another fold than the tested one",
        lines[0]);
    assertTrue(lines[3].matches("Words alone +\\d+\\.\\d\\d ± .* 60\\.94 +60\\.01"), lines[3]);
    assertEquals("Too fast     failed", lines[4]);
    assertTrue(lines[5].matches("Frozen +\\d+\\.\\d\\d ± .* - +-"), lines[5]);
  }

  @Test
  void eachPointIsACrossvalidationInAFolderOfItsName() throws IOException {
    for (String point : List.of("words-alone", "frozen")) {
      Path crossval = folder.resolve("sweep").resolve(point);
      assertTrue(Files.exists(crossval.resolve("crossval.json")));
      assertTrue(Files.exists(crossval.resolve("fold-3/seed-2/metrics.json")));
    }
    String config = Files.readString(folder.resolve("sweep/frozen/config.yaml"));
    assertTrue(config.contains("adaptation: \"frozen\""), config);
    assertTrue(config.contains("encoder: \"" + folder.resolve("wavlm") + "\""), config);
  }

  @Test
  void summaryHasTheResultsThePublishedNumbersAndTheFailure() throws IOException {
    JsonNode rows = Json.TREE.readTree(folder.resolve("sweep/summary.json").toFile()).get("rows");
    assertEquals(60.94, rows.get(0).get("paper").get("UA").asDouble());
    assertEquals(
        Json.TREE.readTree(folder.resolve("sweep/words-alone/summary.json").toFile()),
        rows.get(0).get("result"));
    assertTrue(rows.get(1).get("failure").asText().contains("training.learning_rate"));
    assertEquals("frozen", rows.get(2).get("folder").asText());
    assertEquals(
        "Too fast",
        Json.TREE
            .readTree(folder.resolve("sweep/sweep.json").toFile())
            .get("points")
            .get(1)
            .get("name")
            .asText());
  }

  @Test
  void problemsOfAllPointsAreReportedBeforeTheFirstRun() throws IOException {
    CommandLineRun run =
        sweep(
            """
            rows:
              - {name: One, set: {audio.encoder: nowhere}}
              - {name: Two, set: {head.size: 4}}
              - {name: Three, set: {head.sise: 4}}
              - {name: Four, set: {training.epochs: 3}}
            """,
            "--out",
            tiny.path("never"),
            "--set",
            "training.epochs=2");
    assertEquals(1, run.exitCode());
    List<String> lines = run.err().lines().toList();
    assertTrue(lines.get(0).startsWith("lora-mer: One: " + folder.resolve("nowhere")), run.err());
    assertTrue(lines.get(1).startsWith("Three: override: unknown key head.sise"), run.err());
    assertEquals(
        "Four: the grid sets [training.epochs] itself; leave out the override", lines.get(2));
    assertFalse(Files.exists(folder.resolve("never")));
  }

  private static CommandLineRun sweep(String grid, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("grid.yaml"), grid);
    List<String> arguments = new ArrayList<>(List.of("sweep", "--config", tiny.path("run.yaml")));
    arguments.addAll(List.of("--grid", file.toString(), "--folds=3", "--seeds=2"));
    arguments.addAll(more.length == 0 ? List.of("--out", tiny.path("sweep")) : List.of(more));
    return CommandLineRun.of(arguments.toArray());
  }
}
