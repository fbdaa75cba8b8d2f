package io.loramer.tools;

import io.loramer.training.EmotionExport;
import io.loramer.training.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Exports a run's best model. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes a run's best model as a SavedModel for TF Serving, Python or Java.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer export --run runs/first --out models/emotions")
final class ExportCommand implements Callable<Integer> {
  @Option(names = "--run", required = true, paramLabel = "FOLDER", description = "A run.")
  private Path run;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The SavedModel to make.")
  private Path out;

  @Option(
      names = "--separate-lora",
      description = "Keeps LoRA as bypasses instead of adding it to the kernels.")
  private boolean separate;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    EmotionExport.Lora lora = separate ? EmotionExport.Lora.SEPARATE : EmotionExport.Lora.MERGED;
    EmotionExport.write(new RunFolder(run), out, lora);
    spec.commandLine().getOut().println(out);
    return ExitCode.OK;
  }
}
