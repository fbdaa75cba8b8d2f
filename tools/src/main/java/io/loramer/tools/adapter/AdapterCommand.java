package io.loramer.tools.adapter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The group of commands for LoRA adapters in PEFT's format. */
@Command(
    name = "adapter",
    mixinStandardHelpOptions = true,
    description = "Describes, imports, merges and exports LoRA adapters in PEFT's format.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer adapter info adapters/peft",
      "  lora-mer adapter import --adapter adapters/peft --encoder encoders/hubert-base --out"
          + " adapters/ours",
      "  lora-mer adapter merge --adapter adapters/ours --encoder encoders/hubert-base --out"
          + " encoders/hubert-emotions",
      "  lora-mer adapter export --run runs/first --out adapters/first"
    },
    subcommands = {
      AdapterInfoCommand.class,
      AdapterImportCommand.class,
      AdapterMergeCommand.class,
      AdapterExportCommand.class
    })
public final class AdapterCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Name a command: info, import, merge or export.");
  }
}
