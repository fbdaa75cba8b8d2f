package io.loramer.recognition.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processor of a machine. Its instructions decide the precision, and the rounding of products.
 *
 * @param model its name; empty if Linux does not state one
 * @param flags Linux's names of its instructions and other features
 */
public record CpuFeatures(String model, List<String> flags) {
  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

  /** Linux's names of the instructions for bfloat16 products, on tiles and on vectors. */
  private static final List<String> BFLOAT16_FLAGS = List.of("amx_bf16", "avx512_bf16");

  public CpuFeatures {
    flags = List.copyOf(flags);
  }

  /** Returns the processor of this machine; empty if that is not known, as outside Linux. */
  public static Optional<CpuFeatures> ofMachine() {
    try {
      return Optional.of(of(Files.readAllLines(DESCRIPTION)));
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }

  /**
   * Reads the first processor of a description.
   *
   * @param description the lines of Linux's {@code /proc/cpuinfo}
   */
  static CpuFeatures of(List<String> description) {
    String flags = value(description, "flags");
    return new CpuFeatures(
        value(description, "model name"),
        flags.isEmpty() ? List.of() : List.of(flags.split("\\s+")));
  }

  private static String value(List<String> description, String key) {
    return description.stream()
        .filter(line -> line.matches(key + "\\s*:.*"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  /**
   * Returns whether TensorFlow multiplies bfloat16 faster than float32 on this machine; false if
   * that is not known.
   */
  public static boolean multipliesBfloat16() {
    return ofMachine().filter(cpu -> cpu.multipliesBfloat16(System.getenv())).isPresent();
  }

  /**
   * Returns whether TensorFlow multiplies bfloat16 faster than float32 on this processor.
   *
   * @param environment may switch off oneDNN, which has the kernels
   */
  boolean multipliesBfloat16(Map<String, String> environment) {
    return !OneDnnFrozenWeights.isFalse(environment.getOrDefault("TF_ENABLE_ONEDNN_OPTS", "true"))
        && flags.stream().anyMatch(BFLOAT16_FLAGS::contains);
  }
}
