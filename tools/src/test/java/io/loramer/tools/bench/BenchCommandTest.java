package io.loramer.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.savedmodels.files.Json;
import io.loramer.tools.testing.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark measures all of its works; the measured values are not checked. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class BenchCommandTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void prepare() {
    assertEquals(new CommandLineRun(0, "", ""), bench("--prepare"));
  }

  private static CommandLineRun bench(String... options) {
    List<String> line = new ArrayList<>(List.of("bench", "--smoke", "--folder"));
    line.add(folder.resolve("bench").toString());
    line.addAll(List.of(options));
    return CommandLineRun.of(line.toArray());
  }

  @Test
  void epochHasAtLeastOneClip() {
    CommandLineRun run = bench("--clips", "0");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("--clips: expected at least 1, found 0"), run.err());
  }

  @Test
  void everyWorkGivesItsNumbers() throws IOException {
    Path out = folder.resolve("all.json");
    CommandLineRun run = bench("--here", "--out", out.toString());
    assertEquals(0, run.exitCode(), run.err());
    JsonNode report = Json.TREE.readTree(out.toFile());
    assertTrue(report.at("/machine/cores").intValue() > 0);
    assertEquals(
        List.of(
            "conversion",
            "start-up",
            "step",
            "first epoch",
            "epoch",
            "inference",
            "evaluation",
            "gemm float32",
            "gemm bfloat16"),
        report.get("results").findValuesAsText("work"));
    for (JsonNode result : report.get("results")) {
      String work = result.get("work").textValue();
      assertPositive(result, "/seconds/median", "/peak_resident_bytes");
      if (work.matches("step|first epoch|epoch|inference|evaluation")) {
        assertPositive(result, "/throughput/utterances_per_second", "/throughput/real_time_factor");
      }
      if (work.matches("step|gemm.*")) {
        assertPositive(result, "/gflop_per_second", "/gemm_fraction");
      }
      assertTrue(run.out().contains("\n" + work + " "), run.out());
    }
  }

  private static void assertPositive(JsonNode result, String... pointers) {
    for (String pointer : pointers) {
      assertTrue(result.at(pointer).doubleValue() > 0, pointer + " of " + result);
    }
  }

  @Test
  void overridesReachTheProcessThatMeasures() throws IOException {
    CommandLineRun run = bench("--work", "start-up", "--set", "head.size=10");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().lines().count() == 2 && run.out().contains("\nstart-up "), run.out());
    String config = Files.readString(folder.resolve("bench/run/config.yaml"));
    // The run of --prepare has no epoch.
    assertTrue(config.contains("epochs: 1\n") && config.contains("size: 10\n"), config);
  }

  @Test
  void encodersOfAnotherSizeAreRefused() {
    Path bench = folder.resolve("bench");
    assertEquals(
        new CommandLineRun(
            1,
            "",
            ("lora-mer: " + bench)
                + ": was made for encoders of another size; remove it or name another folder\n"),
        CommandLineRun.of("bench", "--folder", bench.toString()));
  }
}
