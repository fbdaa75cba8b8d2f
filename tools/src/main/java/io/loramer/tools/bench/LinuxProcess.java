package io.loramer.tools.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Numbers about this process and its machine from Linux's {@code /proc}. */
final class LinuxProcess {
  /** Fields of {@code /proc/self/stat} after the name of the command; proc(5) counts from 1. */
  private static final int START_TIME = 22 - 3;

  /** Clock ticks of {@code /proc/self/stat}, the same on all of Linux's common machines. */
  private static final double TICKS_PER_SECOND = 100;

  private LinuxProcess() {}

  /** Returns the peak of this process's resident memory so far, in bytes. */
  static long peakResidentBytes() throws IOException {
    return kilobytes(Path.of("/proc/self/status"), "VmHWM:");
  }

  /** Returns the memory of the machine in bytes. */
  static long machineBytes() throws IOException {
    return kilobytes(Path.of("/proc/meminfo"), "MemTotal:");
  }

  /** Returns the seconds since this process started, to a hundredth. */
  static double ageSeconds() throws IOException {
    double uptime = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0]);
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String afterName = stat.substring(stat.lastIndexOf(')') + 2); // a name may contain spaces
    return uptime - Long.parseLong(afterName.split(" ", -1)[START_TIME]) / TICKS_PER_SECOND;
  }

  private static long kilobytes(Path file, String key) throws IOException {
    return Long.parseLong(line(file, key).replaceAll("\\D", "")) * 1024;
  }

  private static String line(Path file, String key) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .findFirst()
          .orElseThrow(() -> new IOException(file + ": expected a line of " + key));
    }
  }
}
