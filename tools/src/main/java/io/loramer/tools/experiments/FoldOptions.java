package io.loramer.tools.experiments;

import io.loramer.training.experiments.CrossvalOptions;
import io.loramer.training.experiments.FoldsBy;
import io.loramer.training.experiments.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How the runs of an experiment are divided, for the commands that make many. */
final class FoldOptions {
  @Option(
      names = "--folds-by",
      paramLabel = "session|speaker|utterance",
      description =
          "What stays together in a fold (default: session where the manifest has any, else"
              + " speaker). utterance is speaker-dependent: every speaker is heard in training;"
              + " such results are labelled.")
  private Optional<FoldsBy> foldsBy;

  @Option(
      names = "--folds",
      paramLabel = "N",
      description =
          "How many, of about as many utterances each (default: one per session, else 5).")
  private Optional<Integer> folds;

  @Option(
      names = "--seeds",
      paramLabel = "N,N,...",
      split = ",",
      description = "Each fold is run with each of these; 1,2,3 unless given.")
  private List<Long> seeds = List.of(1L, 2L, 3L);

  @Option(
      names = "--protocol",
      paramLabel = "clean|paper",
      description =
          "What chooses the best epoch: clean, the next fold (the default), or paper, the tested"
              + " fold itself, as in the authors' code; such results are labelled.")
  private Protocol protocol = Protocol.CLEAN;

  CrossvalOptions get() {
    return new CrossvalOptions(
        protocol, foldsBy, folds.map(OptionalInt::of).orElse(OptionalInt.empty()), seeds);
  }
}
