package io.loramer.training.experiments;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.measures.Prediction;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.PlannedRun;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.run.Provenance;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A cross-validation on disk: a run for each fold and seed, and their summary.
 *
 * <pre>
 *   config.yaml     every key except the splits and the seed
 *   crossval.json   the {@link CrossvalPlan}
 *   fold-1/seed-1/  an ordinary run, see {@link RunFolder}
 *   summary.json    the {@link CrossvalSummary}, once all runs have ended
 *   events.out.*    the {@link CrossvalEvents} of all runs
 * </pre>
 */
public final class Crossval {
  private static final Logger LOG = LogManager.getLogger(Crossval.class);

  /** The file that marks the folder of a cross-validation. */
  public static final String PLAN = "crossval.json";

  /** The file with the results of a cross-validation or a sweep. */
  public static final String SUMMARY = "summary.json";

  private final Path folder;
  private final RunConfig config;
  private final CrossvalPlan plan;
  private final List<Run> runs;
  private final List<String> warnings;

  private record Run(int fold, long seed, PlannedRun planned) {}

  private Crossval(
      Path folder, RunConfig config, CrossvalPlan plan, List<Run> runs, List<String> warnings) {
    this.folder = folder;
    this.config = config;
    this.plan = plan;
    this.runs = runs;
    this.warnings = warnings;
  }

  /**
   * Divides the corpus and checks encoders, manifest, folds and the runs that exist already.
   *
   * @param folder new, or that of the same cross-validation, which is then resumed
   * @param config its splits and its seed are replaced for each run
   * @throws IOException if a check fails; nothing is written
   */
  public static Crossval prepare(RunConfig config, CrossvalOptions options, Path folder)
      throws IOException {
    Path manifest =
        config
            .data()
            .manifest()
            .orElseThrow(() -> new IOException("data.manifest is missing: name the corpus"));
    if (!Files.exists(folder.resolve(PLAN))) {
      AtomicFolder.requireAbsent(folder);
    }
    Manifest corpus = Manifest.read(manifest);
    CrossvalPlan plan = CrossvalPlan.of(corpus, options);
    List<Run> runs = new ArrayList<>();
    for (long seed : plan.seeds()) {
      for (int fold = 1; fold <= plan.folds().size(); fold++) {
        RunConfig configured = plan.config(config, plan.folds().get(fold - 1), seed);
        Path path = folder.resolve(CrossvalPlan.folder(fold, seed));
        runs.add(new Run(fold, seed, new PlannedRun(path, configured)));
      }
    }
    Provenance now = Trainer.check(config, corpus);
    for (Run run : runs) {
      run.planned.requireSame(now);
    }
    return new Crossval(folder, config, plan, runs, plan.warnings(corpus, config));
  }

  /**
   * Trains the runs that have not ended yet, the first seed's first, and summarises all.
   *
   * @throws IOException if a run fails; those before it are kept
   */
  public CrossvalSummary run(Consumer<Progress> progress) throws IOException {
    Files.createDirectories(folder);
    JsonFile.write(folder.resolve(PLAN), plan); // first: with it the folder can be resumed
    RunConfigFile.write(folder.resolve("config.yaml"), config);
    LOG.info("{}", plan.note());
    for (CrossvalPlan.Fold fold : plan.folds()) {
      LOG.info(
          "fold {}: {} utterances{}",
          plan.folds().indexOf(fold) + 1,
          fold.utterances(),
          plan.foldsBy() == FoldsBy.UTTERANCE ? "" : " of " + fold.test());
    }
    warnings.forEach(LOG::warn);
    List<CrossvalSummary.Outcome> outcomes = new ArrayList<>();
    for (Run run : runs) {
      String name = "run %d of %d".formatted(outcomes.size() + 1, runs.size());
      if (run.planned.hasEnded()) {
        LOG.info("{} has ended already: {}", name, run.planned.folder());
      } else {
        LOG.info("{}: {}", name, run.planned.folder());
        run.planned.finish(progress);
      }
      outcomes.add(outcome(run));
    }
    CrossvalSummary summary = CrossvalSummary.of(plan, outcomes, warnings);
    JsonFile.write(folder.resolve(SUMMARY), summary);
    writeEvents(outcomes);
    return summary;
  }

  /** Writes the curves for TensorBoard, which only show the results. */
  private void writeEvents(List<CrossvalSummary.Outcome> outcomes) {
    try {
      CrossvalEvents.write(
          folder, outcomes.stream().map(CrossvalSummary.Outcome::metrics).toList());
    } catch (IOException | RuntimeException e) {
      LOG.warn("the cross-validation ends without curves for TensorBoard: {}", e.toString());
    }
  }

  private CrossvalSummary.Outcome outcome(Run run) throws IOException {
    RunFolder ended = new RunFolder(run.planned.folder());
    List<Prediction> measured =
        ended.readPredictions().stream()
            .filter(p -> p.split().orElseThrow() == plan.protocol().measured())
            .toList();
    return new CrossvalSummary.Outcome(run.fold, run.seed, ended.readMetrics(), measured);
  }
}
