package io.loramer.tools.experiments;

import io.loramer.tools.console.InterruptedCommandException;
import io.loramer.tools.console.ProgressLine;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.experiments.Crossval;
import io.loramer.training.experiments.CrossvalSummary;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Cross-validates a configuration over folds and seeds. */
@Command(
    name = "crossval",
    mixinStandardHelpOptions = true,
    description =
        "Trains a model for each fold of a corpus and each seed, and summarises their results. The"
            + " same command resumes interrupted runs and skips finished ones.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer crossval --config run.yaml --out runs/folds",
      "  lora-mer crossval --config run.yaml --out runs/frozen --set audio.adaptation=frozen",
      "  lora-mer crossval --config run.yaml --out runs/speakers --folds-by speaker --folds 10"
    })
public final class CrossvalCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Crossval crossval =
        Crossval.prepare(
            RunConfigFile.read(Optional.of(options.config()), options.overrides()),
            options.crossval(),
            options.out());
    CrossvalSummary summary;
    try (ProgressLine progress = new ProgressLine()) {
      summary = crossval.run(progress);
    } catch (InterruptedCommandException e) {
      throw e.advising("the same command goes on where it stopped");
    }
    spec.commandLine().getOut().print(new CrossvalTable(summary));
    options.writeReport(spec.commandLine().getOut());
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
