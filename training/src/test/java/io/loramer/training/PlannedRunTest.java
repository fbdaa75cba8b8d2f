package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.run.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannedRunTest {
  @TempDir private Path folder;
  private Path run;
  private RunConfig config;

  /** Writes a run that was broken off before its first checkpoint. */
  @BeforeEach
  void begin() throws IOException {
    run = Files.createDirectory(folder.resolve("run"));
    Path manifest = Files.writeString(folder.resolve("corpus.jsonl"), "");
    DataConfig data =
        new DataConfig(
            Optional.of(manifest), List.of(), 13, SplitConfig.none(), SplitConfig.none());
    config = RunConfig.defaults().withData(data);
    RunConfigFile.write(run.resolve("config.yaml"), labelled(config, "fear", "joy"));
    JsonFile.write(run.resolve("provenance.json"), provenance("m", "e"));
  }

  @Test
  void runOfTheSameConfigurationAndDataIsAcceptedFromAnyVersionAndMachine() throws IOException {
    Provenance now =
        new Provenance(
            "newer", "3", "21", "arm64", 64, 1, "m", Map.of("audio", "e"), Optional.empty());
    new PlannedRun(run, config).requireSame(now);
    new PlannedRun(run, labelled(config, "fear", "joy")).requireSame(now);
    assertFalse(new PlannedRun(run, config).hasEnded());
  }

  @Test
  void speakersThatTheRunChoseAreNoDifference() throws IOException {
    RunConfig withSpeakers =
        RunConfigFile.read(
            Optional.of(run.resolve("config.yaml")), Map.of("head.speaker.size", "3"));
    RunConfigFile.write(
        run.resolve("config.yaml"),
        withSpeakers.withHead(withSpeakers.head().withSpeakers(List.of("A", "B"))));
    new PlannedRun(run, withSpeakers).requireSame(provenance("m", "e"));
    IOException e =
        assertThrows(
            IOException.class, () -> new PlannedRun(run, config).requireSame(provenance("m", "e")));
    assertTrue(
        e.getMessage()
            .contains(
                "head.speaker.size was 3 and is now null; head.speaker.known was [\"A\",\"B\"] and is"
                    + " now []"),
        e.getMessage());
  }

  @Test
  void onlyPrecisionAndXlaThatAreSetAreCompared() throws IOException {
    RunConfig chosen =
        RunConfigFile.read(
            Optional.of(run.resolve("config.yaml")),
            Map.of("compute.precision", "bfloat16", "compute.xla", "true"));
    RunConfigFile.write(run.resolve("config.yaml"), chosen);
    new PlannedRun(run, config).requireSame(provenance("m", "e"));
    RunConfig set =
        RunConfigFile.read(
            Optional.of(run.resolve("config.yaml")), Map.of("compute.precision", "float32"));
    IOException e =
        assertThrows(
            IOException.class, () -> new PlannedRun(run, set).requireSame(provenance("m", "e")));
    assertTrue(
        e.getMessage().contains("compute.precision was \"bfloat16\" and is now \"float32\""),
        e.getMessage());
  }

  @Test
  void allDifferencesAreNamed() {
    SplitConfig test = new SplitConfig(List.of("03"), List.of());
    DataConfig data = config.data().withSplits(SplitConfig.none(), test);
    RunConfig other = labelled(config.withData(data).withSeed(9), "joy", "fear");
    IOException e =
        assertThrows(
            IOException.class,
            () -> new PlannedRun(run, other).requireSame(provenance("m2", "e2")));
    assertEquals(
        run
            + ": another run is in this folder: data.labels was [\"fear\",\"joy\"] and is now"
            + " [\"joy\",\"fear\"]; data.test.speakers was [] and is now [\"03\"]; training.seed was"
            + " 1 and is now 9; "
            + folder.resolve("corpus.jsonl")
            + " has changed; an encoder has changed; name another folder, or remove this one",
        e.getMessage());
  }

  @Test
  void folderThatIsNoRunIsRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    IOException e =
        assertThrows(
            IOException.class,
            () -> new PlannedRun(other, config).requireSame(provenance("m", "e")));
    assertTrue(e.getMessage().startsWith(other + ": not a run: "), e.getMessage());
  }

  @Test
  void runThatDoesNotExistHasNoDifferences() throws IOException {
    new PlannedRun(folder.resolve("new"), config).requireSame(provenance("m2", "e2"));
  }

  private static RunConfig labelled(RunConfig config, String... labels) {
    return config.withData(config.data().withLabels(List.of(labels)));
  }

  private static Provenance provenance(String manifest, String encoder) {
    return new Provenance(
        "1", "2", "17", "amd64", 2, 1, manifest, Map.of("audio", encoder), Optional.empty());
  }
}
