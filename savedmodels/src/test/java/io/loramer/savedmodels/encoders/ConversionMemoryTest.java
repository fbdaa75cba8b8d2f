package io.loramer.savedmodels.encoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Conversion of a checkpoint of WavLM-base's size, 380 MB, in a process of its own. */
@Tag("slow")
final class ConversionMemoryTest {
  /** The tensors, TensorFlow's library of 220 MB, and 400 MB for Java and the two graphs. */
  private static final long MAX_KILOBYTES = 1_200_000;

  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void weightsAreInMemoryOnce() throws IOException, InterruptedException {
    Path checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
    Files.writeString(
        checkpoint.resolve("config.json"),
        """
        {"model_type": "wavlm", "hidden_size": 768, "num_hidden_layers": 12,
         "num_attention_heads": 12, "intermediate_size": 3072}""");
    RandomCheckpoint.write(checkpoint, 7);
    Process converting =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", // or the size of the machine decides when garbage is collected
                "-cp",
                System.getProperty("java.class.path"),
                Conversion.class.getName(),
                checkpoint.toString(),
                folder.resolve("encoder").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String peak =
        new String(converting.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .replaceAll("\\D", "");
    assertEquals(0, converting.waitFor());
    assertTrue(Long.parseLong(peak) < MAX_KILOBYTES, peak + " kB");
  }

  /** The process. */
  static final class Conversion {
    public static void main(String[] folders) throws IOException {
      EncoderConversion.convert(Path.of(folders[0]), Path.of(folders[1]), PaddingInNorm.IGNORED);
      try (var lines = Files.lines(Path.of("/proc/self/status"))) {
        lines.filter(line -> line.startsWith("VmHWM")).forEach(System.out::println);
      }
    }
  }
}
