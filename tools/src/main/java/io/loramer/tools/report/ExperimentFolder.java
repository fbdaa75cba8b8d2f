package io.loramer.tools.report;

import io.loramer.recognition.corpus.Split;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.experiments.Crossval;
import io.loramer.training.experiments.CrossvalSummary;
import io.loramer.training.experiments.Sweep;
import io.loramer.training.experiments.SweepSummary;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The experiments in a folder, from which a report is made.
 *
 * @param experiments one experiment, or those of a sweep
 * @param failures the failed points of a sweep: their names with the reasons
 */
record ExperimentFolder(String title, List<Experiment> experiments, Map<String, String> failures) {

  /**
   * Reads the experiments in a folder.
   *
   * @throws IOException if the folder contains no cross-validation, sweep or run, or it has not
   *     ended
   */
  static ExperimentFolder read(Path folder) throws IOException {
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    if (Files.isRegularFile(folder.resolve(Sweep.GRID))) {
      return sweep("Sweep: " + name, folder);
    }
    if (Files.isRegularFile(folder.resolve(Crossval.PLAN))) {
      CrossvalSummary summary = JsonFile.read(summary(folder), CrossvalSummary.class);
      List<ReportedRun> runs = runs(folder, summary);
      String model = Experiment.model(runs.get(0).config());
      Experiment experiment = new Experiment(model, folder, runs, Optional.of(summary), Map.of());
      return new ExperimentFolder("Cross-validation: " + name, List.of(experiment), Map.of());
    }
    if (Files.isRegularFile(folder.resolve(RunFolder.METRICS))) {
      ReportedRun run = ReportedRun.read(name, folder, Split.TEST);
      String model = Experiment.model(run.config());
      Experiment experiment =
          new Experiment(model, folder, List.of(run), Optional.empty(), Map.of());
      return new ExperimentFolder("Run: " + name, List.of(experiment), Map.of());
    }
    throw new IOException(
        ("%s: expected the folder of a finished cross-validation, sweep or run; found no %s, %s or"
                + " %s")
            .formatted(folder, Crossval.PLAN, Sweep.GRID, RunFolder.METRICS));
  }

  private static ExperimentFolder sweep(String title, Path folder) throws IOException {
    List<Experiment> experiments = new ArrayList<>();
    Map<String, String> failures = new LinkedHashMap<>();
    for (SweepSummary.Row row : JsonFile.read(summary(folder), SweepSummary.class).rows()) {
      if (row.result().isPresent()) {
        Path point = folder.resolve(row.folder());
        List<ReportedRun> runs = runs(point, row.result().get());
        experiments.add(new Experiment(row.name(), point, runs, row.result(), row.paper()));
      } else {
        failures.put(row.name(), row.failure().orElse("unknown"));
      }
    }
    if (experiments.isEmpty()) {
      throw new IOException(folder + ": every point of the sweep failed: " + failures);
    }
    return new ExperimentFolder(title, experiments, failures);
  }

  private static List<ReportedRun> runs(Path folder, CrossvalSummary summary) throws IOException {
    List<ReportedRun> runs = new ArrayList<>();
    for (CrossvalSummary.Run run : summary.runs()) {
      Path ended = folder.resolve(run.folder());
      runs.add(ReportedRun.read(run.folder(), ended, summary.protocol().measured()));
    }
    return runs;
  }

  private static Path summary(Path folder) throws IOException {
    Path summary = folder.resolve(Crossval.SUMMARY);
    if (!Files.isRegularFile(summary)) {
      throw new IOException(
          folder
              + ": has not ended: it has no "
              + Crossval.SUMMARY
              + "; run the same command again to resume it");
    }
    return summary;
  }
}
