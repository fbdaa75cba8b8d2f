package io.loramer.savedmodels.testing;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.function.ThrowingSupplier;

/**
 * Holds the use of damaged files to what is promised of it: an end within 2 s, and less than 512 MB
 * on top of what the process has taken before.
 */
public final class MutantLimits {
  /** Five times what is promised, for slow machines that are shared: against what never ends. */
  private static final Duration TIME = Duration.ofSeconds(2).multipliedBy(5);

  private static final long MAX_KILOBYTES = 512 << 10;

  /** Of Linux; elsewhere only time is limited. */
  private static final Path STATUS = Path.of("/proc/self/status");

  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  /** What makes the kernel forget the peak. */
  private static final String CLEAR_PEAK = "5";

  private int mutants;
  private long slowestNanoseconds;
  private long largestKilobytes;

  /** Uses a mutant; both limits are asserted. */
  public <T> T hold(String mutant, ThrowingSupplier<T> use) throws IOException {
    boolean measures = Files.isWritable(CLEAR);
    if (measures) {
      Files.writeString(CLEAR, CLEAR_PEAK);
    }
    long before = measures ? kilobytes("VmRSS:") : 0;
    long start = System.nanoTime();
    T result = assertTimeoutPreemptively(TIME, use, mutant);
    slowestNanoseconds = Math.max(slowestNanoseconds, System.nanoTime() - start);
    long taken = measures ? kilobytes("VmHWM:") - before : 0;
    assertTrue(taken < MAX_KILOBYTES, mutant + " took " + taken + " kB");
    largestKilobytes = Math.max(largestKilobytes, taken);
    mutants++;
    return result;
  }

  /** Tells what was measured, for docs/encoders.md. */
  @Override
  public String toString() {
    return "%d mutants, slowest %.2f s, largest %d MB"
        .formatted(mutants, slowestNanoseconds / 1e9, largestKilobytes >> 10);
  }

  private static long kilobytes(String key) throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
