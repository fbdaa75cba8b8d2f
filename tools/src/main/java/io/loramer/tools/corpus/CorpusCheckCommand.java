package io.loramer.tools.corpus;

import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.recognition.corpus.CorpusReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the problems of a corpus. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description =
        "Reads a manifest, decodes every clip, and lists all problems of lines and clips; the exit"
            + " code is 1 if there are any. Warnings name what is probably not meant as it is:"
            + " keys that are not read, labels that look the same, equal sound.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer corpus check iemocap.jsonl")
final class CorpusCheckCommand implements Callable<Integer> {
  @Mixin private ManifestArgument manifest;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CorpusReport report = manifest.check();
    PrintWriter out = spec.commandLine().getOut();
    for (Problem problem : report.problems()) {
      out.printf("line %d: %s%n", problem.line(), problem.text());
    }
    report.warnings().forEach(warning -> out.printf("warning: %s%n", warning));
    report.notes().forEach(note -> out.printf("note: %s%n", note));
    String result = ManifestArgument.summary(report);
    out.printf(
        "%s: %d utterances, %s%n",
        manifest.path(),
        report.manifest().utterances().size(),
        result.isEmpty() ? "nothing is wrong" : result);
    out.flush();
    return report.problems().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
