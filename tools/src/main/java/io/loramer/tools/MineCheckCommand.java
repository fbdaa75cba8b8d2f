package io.loramer.tools;

import io.loramer.model.information.MineEstimator;
import io.loramer.tools.console.Interruption;
import io.loramer.training.minecheck.MineCheck;
import io.loramer.training.minecheck.MineTrial;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Checks the estimators of mutual information on Gaussians, where it is known. */
@Command(
    name = "mine-check",
    mixinStandardHelpOptions = true,
    description =
        "Trains each estimator of mutual information on Gaussians whose mutual information is"
            + " known, and prints the estimates; the exit code is 1 if one is outside its expected"
            + " range.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer mine-check                        (20 minutes and more on two cores)",
      "  lora-mer mine-check --estimator smile --estimator dv"
    })
final class MineCheckCommand implements Callable<Integer> {
  @Option(
      names = "--estimator",
      paramLabel = "NAME",
      description = "Checks only this one of ${COMPLETION-CANDIDATES}. May be repeated.")
  private Set<MineEstimator> estimators = EnumSet.allOf(MineEstimator.class);

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Training steps of each estimator; the expected ranges are for ${DEFAULT-VALUE}.")
  private int steps = MineTrial.STEPS;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The seed of pairs and networks (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (steps < 1) {
      throw new ParameterException(
          spec.commandLine(), "--steps: expected at least 1, found " + steps);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "pairs             batch    true  estimator          estimate  spread  bound  expected");
    int judged = 0;
    int off = 0;
    for (MineTrial trial : MineCheck.trials(estimators)) {
      MineTrial.Outcome outcome = trial.run(steps, seed, step -> Interruption.check());
      Optional<MineCheck.Range> expected = MineCheck.expected(trial);
      boolean isOff = expected.isPresent() && !expected.get().contains(outcome.mean());
      judged += expected.isPresent() ? 1 : 0;
      off += isOff ? 1 : 0;
      out.println(row(trial, outcome, expected) + (isOff ? "  OFF" : ""));
      out.flush();
    }
    out.printf("%d judged, %d off%n", judged, off);
    out.flush();
    return off == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static String row(
      MineTrial trial, MineTrial.Outcome outcome, Optional<MineCheck.Range> expected) {
    return String.format(
        Locale.ROOT,
        "%-17s %5d  %6.3f  %-17s  %8.3f  %6.3f  %5s  %s",
        trial.pairs().name(),
        trial.batchSize(),
        trial.pairs().nats(),
        trial.estimator().name().toLowerCase(Locale.ROOT),
        outcome.mean(),
        outcome.spread(),
        trial.bound().isPresent()
            ? String.format(Locale.ROOT, "%.2f", trial.bound().getAsDouble())
            : "-",
        expected
            .map(range -> String.format(Locale.ROOT, "%.2f to %.2f", range.from(), range.to()))
            .orElse("-"));
  }
}
