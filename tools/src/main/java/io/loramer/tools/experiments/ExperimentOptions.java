package io.loramer.tools.experiments;

import io.loramer.tools.console.Overrides;
import io.loramer.tools.report.Report;
import io.loramer.training.experiments.Crossval;
import io.loramer.training.experiments.CrossvalOptions;
import io.loramer.training.experiments.FoldsBy;
import io.loramer.training.experiments.Protocol;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that cross-validate. */
final class ExperimentOptions {
  private static final Logger LOG = LogManager.getLogger(ExperimentOptions.class);

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description =
          "YAML with the keys that differ from the defaults; data.validation, data.test and"
              + " training.seed are replaced.")
  private Path config;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder for the runs, summary.json and report.html.")
  private Path out;

  @Mixin private Overrides overrides;

  @Option(
      names = "--folds-by",
      paramLabel = "session|speaker|utterance",
      description =
          "The unit that is never split between folds (default: session where the manifest has"
              + " sessions, else speaker). utterance is speaker-dependent: the speakers of the test"
              + " fold are also in the training data; such results are labelled.")
  private Optional<FoldsBy> foldsBy;

  @Option(
      names = "--folds",
      paramLabel = "N",
      description =
          "The number of folds, of about as many utterances each (default: one per session, else"
              + " 5).")
  private Optional<Integer> folds;

  @Option(
      names = "--seeds",
      paramLabel = "N,N,...",
      split = ",",
      description = "Each fold is trained with each of these seeds (default: 1,2,3).")
  private List<Long> seeds = List.of(1L, 2L, 3L);

  @Option(
      names = "--protocol",
      paramLabel = "clean|paper",
      description =
          "The data that choose the best epoch: clean, the next fold (the default), or paper, the"
              + " test fold itself, as in the authors' code; such results are labelled.")
  private Protocol protocol = Protocol.CLEAN;

  Path config() {
    return config;
  }

  Path out() {
    return out;
  }

  Map<String, String> overrides() {
    return overrides.values();
  }

  /** Writes the page of results and prints its path; without a page the results are complete. */
  void writeReport(PrintWriter result) {
    try {
      result.println(Report.write(out));
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "the results are complete in {}, but not the page report.html: {}; `lora-mer report` writes"
              + " it again",
          out.resolve(Crossval.SUMMARY),
          e.toString());
    }
  }

  CrossvalOptions crossval() {
    return new CrossvalOptions(
        protocol, foldsBy, folds.map(OptionalInt::of).orElse(OptionalInt.empty()), seeds);
  }
}
