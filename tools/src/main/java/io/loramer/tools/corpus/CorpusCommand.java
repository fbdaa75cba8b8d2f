package io.loramer.tools.corpus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Corpora of emotional speech, from how they are distributed to a manifest that is sound. */
@Command(
    name = "corpus",
    mixinStandardHelpOptions = true,
    description = "Imports corpora as manifests, and checks and describes manifests.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer corpus import --format iemocap --from IEMOCAP_full_release --out iemocap.jsonl",
      "  lora-mer corpus info iemocap.jsonl",
      "  lora-mer corpus check iemocap.jsonl"
    },
    subcommands = {CorpusImportCommand.class, CorpusInfoCommand.class, CorpusCheckCommand.class})
public final class CorpusCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command: import, info or check.");
  }
}
