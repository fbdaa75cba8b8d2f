package io.loramer.tools.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loramer.training.SplitMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What a folder holds that a report can be made of.
 *
 * @param experiments one of a cross-validation or a run, one or more of a sweep
 * @param commands how it is made again
 */
record ExperimentFolder(String title, List<Experiment> experiments, List<Element> commands) {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final String SUMMARY = "summary.json";

  static ExperimentFolder read(Path folder) throws IOException {
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    if (Files.isRegularFile(folder.resolve("sweep.json"))) {
      return new ExperimentFolder("Sweep " + name, sweep(folder), List.of());
    }
    if (Files.isRegularFile(folder.resolve("crossval.json"))) {
      return new ExperimentFolder(
          "Cross-validation " + name, List.of(crossval(folder, Optional.empty())), List.of());
    }
    if (Files.isRegularFile(folder.resolve("metrics.json"))) {
      return new ExperimentFolder(
          "Run " + name, List.of(run(folder, Optional.empty())), List.of());
    }
    throw new IOException(
        folder
            + ": expected the folder of a cross-validation, a sweep or a run that has ended; found"
            + " no crossval.json, sweep.json or metrics.json");
  }
}
