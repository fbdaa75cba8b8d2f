package io.loramer.recognition.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The features of this machine's processor that decide the precision. */
public final class CpuFeatures {
  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

  /** Linux's names of the instructions for bfloat16 products, on tiles and on vectors. */
  private static final List<String> BFLOAT16_FLAGS = List.of("amx_bf16", "avx512_bf16");

  private CpuFeatures() {}

  /**
   * Returns whether TensorFlow multiplies bfloat16 faster than float32 on this machine; false if
   * that is not known, as outside Linux.
   */
  public static boolean multipliesBfloat16() {
    try {
      return multipliesBfloat16(Files.readAllLines(DESCRIPTION), System.getenv());
    } catch (IOException e) {
      return false; // not Linux
    }
  }

  /**
   * Returns whether TensorFlow multiplies bfloat16 faster than float32 on a machine.
   *
   * @param description the lines of Linux's {@code /proc/cpuinfo}
   * @param environment may switch off oneDNN, which has the kernels
   */
  static boolean multipliesBfloat16(List<String> description, Map<String, String> environment) {
    return !OneDnnFrozenWeights.isFalse(environment.getOrDefault("TF_ENABLE_ONEDNN_OPTS", "true"))
        && description.stream()
            .filter(line -> line.startsWith("flags"))
            .flatMap(line -> Arrays.stream(line.split("\\s+")))
            .anyMatch(BFLOAT16_FLAGS::contains);
  }
}
