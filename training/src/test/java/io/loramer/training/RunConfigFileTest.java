package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigFileTest {
  @TempDir private Path folder;

  @Test
  void ranksAndAlphasOfModulesSurviveWritingAndReading() throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.writeString(
        file,
        "audio: {lora: {rank_pattern: {v_proj: 5}, alpha_pattern: {'layers\\.0\\..*': 12.5}}}\n");
    RunConfig config =
        RunConfigFile.read(Optional.of(file), Map.of("audio.lora.use_rslora", "true"));
    LoraConfig lora = config.audio().lora();
    assertEquals(5, lora.rank("encoder.layers.0.attention.v_proj"));
    assertEquals(2, lora.rank("encoder.layers.0.attention.q_proj"));
    assertEquals((float) (12.5 / Math.sqrt(5)), lora.scaling("encoder.layers.0.attention.v_proj"));

    Path resolved = folder.resolve("config.yaml");
    RunConfigFile.write(resolved, config);
    assertEquals(config, RunConfigFile.read(Optional.of(resolved), Map.of()));
  }

  @Test
  void wrongRankOfAModuleIsRefusedByItsName() {
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                RunConfigFile.read(
                    Optional.empty(), Map.of("audio.lora.rank_pattern", "{v_proj: 0}")));
    assertTrue(
        refused.getMessage().contains("lora rank of v_proj: expected at least 1, found 0"),
        refused.getMessage());
  }
}
