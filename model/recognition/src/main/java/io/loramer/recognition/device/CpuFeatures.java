package io.loramer.recognition.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the machine's processor can do. */
public final class CpuFeatures {
  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

  /** As Linux names what multiplies bfloat16: in tiles, or in vectors. */
  private static final List<String> BFLOAT16_FLAGS = List.of("amx_bf16", "avx512_bf16");

  private CpuFeatures() {}

  /**
   * Returns whether TensorFlow multiplies bfloat16 faster than float32 here, as far as is known.
   */
  public static boolean multipliesBfloat16() {
    try {
      return multipliesBfloat16(Files.readAllLines(DESCRIPTION), System.getenv());
    } catch (IOException e) {
      return false; // not Linux
    }
  }

  /**
   * The same of any machine.
   *
   * @param description the lines of Linux's {@code /proc/cpuinfo}
   * @param environment where oneDNN, which has the kernels, may be switched off
   */
  static boolean multipliesBfloat16(List<String> description, Map<String, String> environment) {
    return !OneDnnFrozenWeights.isFalse(environment.getOrDefault("TF_ENABLE_ONEDNN_OPTS", "true"))
        && description.stream()
            .filter(line -> line.startsWith("flags"))
            .flatMap(line -> Arrays.stream(line.split("\\s+")))
            .anyMatch(BFLOAT16_FLAGS::contains);
  }
}
