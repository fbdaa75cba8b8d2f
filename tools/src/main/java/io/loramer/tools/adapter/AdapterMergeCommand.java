package io.loramer.tools.adapter;

import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.imports.MergedEncoder;
import io.loramer.savedmodels.lora.LoraAdapter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Merges an adapter into an encoder. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = {
      "Writes an encoder SavedModel with an adapter added to its kernels: W0 + scaling * B A. It is"
          + " used like any other encoder."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  lora-mer adapter merge --adapter adapters/peft --encoder encoders/hubert-base --out"
            + " encoders/hubert-emotions")
final class AdapterMergeCommand implements Callable<Integer> {
  @Mixin private AdapterOptions options;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write the SavedModel to.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (LoraAdapter adapter = LoraAdapter.read(options.adapter())) {
      int merged = MergedEncoder.write(SavedModelFolder.open(options.encoder()), adapter, out);
      spec.commandLine().getOut().printf(Locale.ROOT, "%s: %d kernels merged%n", out, merged);
    }
    return ExitCode.OK;
  }
}
