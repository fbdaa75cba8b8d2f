package io.loramer.tools.experiments;

import io.loramer.tools.console.InterruptedCommandException;
import io.loramer.tools.console.ProgressLine;
import io.loramer.training.experiments.Sweep;
import io.loramer.training.experiments.SweepGrid;
import io.loramer.training.experiments.SweepSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Cross-validates each point of a grid of configurations. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description =
        "Cross-validates each point of a grid over any keys; --config has the keys that all points"
            + " share, and --set overrides a key of all points. The same command resumes"
            + " interrupted runs and skips finished ones; the exit code is 1 if a point failed.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer sweep --config run.yaml --grid tools/experiments/table1.yaml --out runs/table1",
      "  lora-mer sweep --config run.yaml --grid sweep.yaml --out runs/sweep --seeds 1"
    })
public final class SweepCommand implements Callable<Integer> {
  @Mixin private ExperimentOptions options;

  @Option(
      names = "--grid",
      required = true,
      paramLabel = "FILE",
      description =
          "YAML with rows (named sets of keys), a grid (keys with lists of values) or both; paths"
              + " are relative to the configuration.")
  private Path grid;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Sweep sweep =
        Sweep.prepare(
            options.config(),
            SweepGrid.read(grid),
            options.overrides(),
            options.crossval(),
            options.out());
    SweepSummary summary;
    try (ProgressLine progress = new ProgressLine()) {
      summary = sweep.run(progress);
    } catch (InterruptedCommandException e) {
      throw e.advising("the same command goes on where it stopped");
    }
    spec.commandLine().getOut().print(new SweepTable(summary));
    options.writeReport(spec.commandLine().getOut());
    spec.commandLine().getOut().flush();
    boolean failed = summary.rows().stream().anyMatch(row -> row.failure().isPresent());
    return failed ? ExitCode.SOFTWARE : ExitCode.OK;
  }
}
