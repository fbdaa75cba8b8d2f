package io.loramer.training.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Compares and lists the files of runs. */
public final class RunFiles {
  private RunFiles() {}

  /** Asserts that the results of two runs are equal bit for bit. */
  public static void assertSameResults(Path expected, Path actual) throws IOException {
    for (String file :
        List.of(
            "metrics.json",
            "predictions.jsonl",
            "config.yaml",
            "provenance.json",
            "model/head.safetensors",
            "model/adapter_model.safetensors")) {
      assertArrayEquals(
          Files.readAllBytes(expected.resolve(file)),
          Files.readAllBytes(actual.resolve(file)),
          file);
    }
  }

  /** Returns the files below a folder; TensorBoard's, whose names contain the time, as one. */
  public static Set<String> files(Path folder) throws IOException {
    Set<String> files = new TreeSet<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(path).toString();
        files.add(name.replaceFirst("^(events\\.out\\.tfevents)\\..*", "$1.*"));
      }
    }
    return files;
  }
}
