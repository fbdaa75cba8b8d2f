package io.loramer.tools.corpus;

import io.loramer.recognition.corpus.CorpusReport;
import io.loramer.tools.console.ProgressLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Counts what a corpus holds. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description =
        "Counts the utterances of a manifest by label, split, session and speaker, and measures"
            + " their lengths, for which it decodes every clip.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer corpus info iemocap.jsonl")
final class CorpusInfoCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MANIFEST", description = "JSON Lines, an utterance a line.")
  private Path manifest;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CorpusReport report;
    try (ProgressLine progress = new ProgressLine()) {
      report = CorpusReport.of(manifest, progress);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(new CorpusTable(report.manifest().utterances(), report.seconds()));
    out.flush();
    if (!report.problems().isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf(
              "lora-mer: %s: problems: %d; `lora-mer corpus check` lists them%n",
              manifest, report.problems().size());
    }
    return ExitCode.OK;
  }
}
