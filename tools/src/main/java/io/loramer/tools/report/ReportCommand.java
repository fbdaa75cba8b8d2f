package io.loramer.tools.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the page of results of a finished experiment again. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Writes report.html into the folder of a finished cross-validation, sweep or run: tables,"
          + " learning curves, confusion matrices, mistakes, and how to reproduce them."
    },
    footerHeading = "%nExample:%n",
    footer = "  lora-mer report runs/crossval")
public final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "A cross-validation, sweep or run.")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    spec.commandLine().getOut().println(Report.write(folder));
    return ExitCode.OK;
  }
}
