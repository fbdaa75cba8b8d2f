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
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cross-validation with three folds: three speakers with 4, 2 and 1 utterances. */
@Tag("slow")
class CrossvalCommandTest {
  private static final String TABLE =
      """
      protocol clean: the best epoch of each run was chosen on another fold than the tested one
      folds by speaker: 3, seeds: 1, runs: 3
      fold 1: every utterance to test with has the label joy: .*
      fold 2: no utterance to train on has the label fear \\(2 of 4 to test with, 1 of 2 .*
      fold 3: every utterance to choose the epoch by has the label joy: .*

                       mean  sd of runs  sd of seeds' means  pooled        95 % of it
      UA .*
      WA +0\\.\\d{3} +0\\.\\d{3} +- +0\\.\\d{3}  [01]\\.\\d{3} to [01]\\.\\d{3}
      macro-F1 .*
      recall of joy .*
      recall of fear .*
      intervals: percentiles of 2000 draws of all 3 speakers with replacement
      (?:-: drawing speakers gives no interval.*
      )?.*report\\.html
      """;

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static CommandLineRun clean;

  @BeforeAll
  static void run() throws IOException {
    tiny = TinyRun.in(folder).withoutSplits();
    clean = crossval("clean");
  }

  @Test
  void printsATableAndThePathOfTheReport() {
    assertEquals(0, clean.exitCode(), clean.err());
    assertEquals("", clean.err());
    assertTrue(clean.out().matches(TABLE), clean.out());
  }

  @Test
  void eachRunIsTestedOnItsFoldAndValidatedOnTheNext() throws IOException {
    JsonNode plan = json("clean/crossval.json");
    assertEquals("clean", plan.get("protocol").asText());
    List<String> tested = new ArrayList<>();
    for (int fold = 1; fold <= 3; fold++) {
      JsonNode planned = plan.get("folds").get(fold - 1);
      String config =
          Files.readString(folder.resolve("clean/fold-" + fold + "/seed-1/config.yaml"));
      String speakers = "    speakers:\n    - %s\n";
      assertTrue(
          config.contains("  validation:\n" + speakers.formatted(planned.get("validation").get(0))),
          config);
      assertTrue(
          config.contains("  test:\n" + speakers.formatted(planned.get("test").get(0))), config);
      tested.add(planned.get("test").get(0).asText());
      assertEquals(tested.get(fold - 1), onlySpeakerOfSplit("test", fold));
    }
    assertEquals(List.of("test", "train", "validation"), tested.stream().sorted().toList());
  }

  @Test
  void summaryCountsEveryUtteranceOnce() throws IOException {
    JsonNode summary = json("clean/summary.json");
    int count = 0;
    for (JsonNode row : summary.get("confusion")) {
      for (JsonNode cell : row) {
        count += cell.asInt();
      }
    }
    assertEquals(7, count);
    assertEquals(3, summary.get("runs").size());
  }

  @Test
  void finishedRunsAreSkippedAndOthersResumed() throws IOException {
    Path ended = folder.resolve("clean/fold-1/seed-1/predictions.jsonl");
    FileTime before = Files.getLastModifiedTime(ended);
    String summary = Files.readString(folder.resolve("clean/summary.json"));
    Files.delete(folder.resolve("clean/fold-2/seed-1/metrics.json")); // as if killed at the end

    CommandLineRun again = crossval("clean");

    assertEquals(clean, again);
    assertEquals(before, Files.getLastModifiedTime(ended));
    assertTrue(Files.exists(folder.resolve("clean/fold-2/seed-1/metrics.json")));
    assertEquals(summary, Files.readString(folder.resolve("clean/summary.json")));
  }

  @Test
  void speakerDependentRunsAreLabelledAndResumed() throws IOException {
    String[] options = {
      "--folds-by", "utterance", "--set", "head.speaker.size=2", "--set", "audio.encoder=null"
    };
    CommandLineRun first = crossval("told", options);
    assertEquals(0, first.exitCode(), first.err());
    assertTrue(first.out().contains("SPEAKER-DEPENDENT"), first.out());
    String config = Files.readString(folder.resolve("told/fold-1/seed-1/config.yaml"));
    assertTrue(config.contains("    size: 2\n    known:\n    - "), config);
    assertEquals(first, crossval("told", options));
  }

  @Test
  void runsOfAnotherConfigurationAreRefusedWithTheKeyThatDiffers() {
    CommandLineRun other = crossval("clean", "--set", "training.epochs=3");
    assertEquals(1, other.exitCode());
    assertEquals(
        "lora-mer: "
            + tiny.path("clean/fold-1/seed-1")
            + ": another run is in this folder: training.epochs was 1 and is now 3; name another folder,"
            + " or remove this one\n",
        other.err());
  }

  @Test
  void folderOfAnotherKindIsRefused() {
    CommandLineRun run = crossval("wavlm");
    assertEquals(1, run.exitCode());
    assertEquals(
        "lora-mer: " + tiny.path("wavlm") + " exists already; remove it or name another folder\n",
        run.err());
  }

  @Test
  void resultsOfThePapersProtocolAreNotCalledTest() throws IOException {
    CommandLineRun paper =
        crossval(
            "paper",
            "--protocol",
            "paper",
            "--set",
            "training.epochs=0",
            "--set",
            "audio.encoder=null");
    assertEquals(0, paper.exitCode(), paper.err());
    assertTrue(
        paper
            .out()
            .startsWith("protocol PAPER: the best epoch of each run was chosen on the tested"),
        paper.out());
    JsonNode summary = json("paper/summary.json");
    assertEquals("paper", summary.get("protocol").asText());
    assertTrue(summary.get("note").asText().startsWith("PAPER: "), summary.get("note").asText());
    JsonNode metrics = json("paper/fold-1/seed-1/metrics.json");
    assertTrue(metrics.get("test").isNull());
    assertEquals(summary.get("runs").get(0).get("measured"), metrics.get("validation"));
  }

  @Test
  void problemsAreReportedBeforeAnythingIsWritten() {
    CommandLineRun run = crossval("never", "--set", "audio.lora.target_modules=[w_proj]");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("w_proj matches no linear map"), run.err());
    assertFalse(Files.exists(folder.resolve("never")));
  }

  private static CommandLineRun crossval(String out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("crossval", "--config", tiny.path("run.yaml"), "--out", tiny.path(out)));
    arguments.addAll(List.of("--folds=3", "--seeds=1"));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray());
  }

  private static String onlySpeakerOfSplit(String split, int fold) throws IOException {
    Path file = folder.resolve("clean/fold-" + fold + "/seed-1/predictions.jsonl");
    List<String> speakers = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode prediction = Json.TREE.readTree(line);
      if (prediction.get("split").asText().equals(split)) {
        speakers.add(prediction.get("speaker").asText());
      }
    }
    assertEquals(1, speakers.stream().distinct().count());
    return speakers.get(0);
  }

  private static JsonNode json(String file) throws IOException {
    return Json.TREE.readTree(folder.resolve(file).toFile());
  }
}
