package io.loramer.tools.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.tools.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class InterruptionTest {
  @TempDir private Path folder;

  /** Starts a command that runs TensorFlow for hours, and waits until it does. */
  private Process start(Path err) throws IOException {
    List<String> line =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "mine-check",
            "--steps",
            "10000000");
    ProcessBuilder command = new ProcessBuilder(line).redirectError(err.toFile());
    // As the launcher sets them.
    command.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "TF_CPP_MIN_LOG_LEVEL", "1"));
    Process process = command.start();
    BufferedReader out = process.inputReader();
    assertTrue(out.readLine().startsWith("pairs "));
    return process;
  }

  @Test
  void signalEndsARunningCommandWithItsExitCode() throws Exception {
    Path err = folder.resolve("err");
    Process process = start(err);
    try {
      process.destroy(); // SIGTERM
      assertEquals(128 + 15, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
    assertEquals(
        """
        lora-mer: SIGTERM: ends after the running step; a second signal ends it at once
        lora-mer: stopped by SIGTERM
        """,
        Files.readString(err));
  }
}
