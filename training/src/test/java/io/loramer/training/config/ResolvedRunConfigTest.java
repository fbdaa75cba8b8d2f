package io.loramer.training.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.device.Device;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvedRunConfigTest {
  private static final List<String> LABELS = List.of("anger", "joy");
  private static final List<String> SPEAKERS = List.of("A", "B");

  @TempDir private Path folder;

  private static RunConfig open(Map<String, String> overrides) throws IOException {
    return RunConfigFile.read(Optional.empty(), overrides);
  }

  @Test
  void everythingThatIsOpenGetsAValue() throws IOException {
    RunConfig open = open(Map.of("head.speaker.size", "3", "compute.device", "cpu"));
    ResolvedRunConfig resolved = open.resolve(LABELS, SPEAKERS, 16);
    assertEquals(LABELS, resolved.data().labels());
    assertEquals(SPEAKERS, resolved.head().speaker().known());
    assertEquals(new Device("cpu"), resolved.device());
    assertEquals(Computation.FLOAT32, resolved.computation());
  }

  @Test
  void speakersThatAreNamedStay() throws IOException {
    RunConfig named = open(Map.of("head.speaker.size", "3", "head.speaker.known", "[B]"));
    assertEquals(List.of("B"), named.resolve(LABELS, SPEAKERS, 16).head().speaker().known());
  }

  @Test
  void configurationOfARunIsResolvedToItself() throws IOException {
    RunConfig open = open(Map.of("compute.precision", "float16", "compute.xla", "true"));
    ResolvedRunConfig resolved = open.resolve(LABELS, SPEAKERS, 768);
    Path file = folder.resolve("config.yaml");
    RunConfigFile.write(file, resolved.toRunConfig());
    RunConfig written = RunConfigFile.read(Optional.of(file), Map.of());
    assertEquals(resolved, ResolvedRunConfig.ofRun(written));
    assertEquals(resolved, written.resolve(LABELS, SPEAKERS, 16));
  }

  /** As config.yaml was before compute.precision and compute.xla. */
  @Test
  void olderRunsComputedInFloat32WithoutXla() throws IOException {
    Path file = folder.resolve("config.yaml");
    Files.writeString(file, "data: {labels: [anger, joy]}\ncompute: {device: cpu}\n");
    ResolvedRunConfig older =
        ResolvedRunConfig.ofRun(RunConfigFile.read(Optional.of(file), Map.of()));
    assertEquals(Computation.in(Precision.FLOAT32), older.computation());
    assertEquals(new Device("cpu"), older.device());
  }

  @Test
  void runWithoutLabelsOrSpeakersIsRefused() throws IOException {
    RunConfig open = open(Map.of());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ResolvedRunConfig.ofRun(open));
    assertEquals("data.labels: expected the labels of a run, found none", e.getMessage());
    RunConfig speakers = open(Map.of("head.speaker.size", "3", "data.labels", "[anger, joy]"));
    e = assertThrows(IllegalArgumentException.class, () -> ResolvedRunConfig.ofRun(speakers));
    assertEquals("head.speaker.known: expected the speakers of a run, found none", e.getMessage());
  }
}
