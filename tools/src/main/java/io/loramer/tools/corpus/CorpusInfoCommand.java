package io.loramer.tools.corpus;

import io.loramer.recognition.corpus.CorpusReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Counts the utterances of a corpus and measures their lengths. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description =
        "Counts the utterances of a manifest by label, split, session and speaker, and measures"
            + " their lengths by decoding every clip.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer corpus info iemocap.jsonl")
final class CorpusInfoCommand implements Callable<Integer> {
  @Mixin private ManifestArgument manifest;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CorpusReport report = manifest.check();
    PrintWriter out = spec.commandLine().getOut();
    out.print(new CorpusTable(report.manifest().utterances(), report.seconds()));
    out.flush();
    String found = ManifestArgument.summary(report);
    if (!found.isEmpty()) {
      spec.commandLine()
          .getErr()
          .printf("lora-mer: %s: %s; `lora-mer corpus check` lists them%n", manifest.path(), found);
    }
    return ExitCode.OK;
  }
}
