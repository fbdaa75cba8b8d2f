package io.loramer.tools.adapter;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Imports an adapter in PEFT's format for an encoder. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Checks that an adapter in PEFT's format fits an encoder, and writes it for the encoder"
          + " alone: names without the task model's prefix, float32, and explicit targets where"
          + " PEFT's configuration needs the model to resolve them."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  lora-mer adapter import --adapter adapters/peft --encoder encoders/hubert-base --out"
            + " adapters/ours")
final class AdapterImportCommand implements Callable<Integer> {
  @Mixin private AdapterOptions options;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write the adapter to.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    AtomicFolder.requireAbsent(out);
    try (LoraAdapter adapter = LoraAdapter.read(options.adapter())) {
      List<LoraTarget> targets =
          adapter.targetsAmong(
              EncoderSavedModel.of(SavedModelFolder.open(options.encoder())).linearMaps());
      AtomicFolder.write(out, content -> adapter.write(content, adapter.baseModel(), targets));
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%s: LoRA of %d linear maps of %s%n",
              out,
              targets.size(),
              options.encoder());
    }
    return ExitCode.OK;
  }
}
