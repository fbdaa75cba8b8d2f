package io.loramer.tools;

import io.loramer.recognition.ModelVersions;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Exports the model of a run's best epoch. */
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
      description =
          "The model's folder, in which the folder of the new version is made; or the latter"
              + " itself, NAME/NUMBER.")
  private Path out;

  @Option(
      names = "--model-version",
      paramLabel = "NUMBER",
      description = "The number of the new version (default: one above the highest).")
  private Optional<Long> version;

  @Option(
      names = "--separate-lora",
      description = "Keeps LoRA's matrices separate instead of adding them to the kernels.")
  private boolean separate;

  @Option(
      names = "--precision",
      paramLabel = "float32|bfloat16|float16",
      description =
          "The precision of the encoders' matrix products (default: float32). Half precision makes"
              + " the model smaller, and faster where the processor has instructions for it.")
  private Precision precision = Precision.FLOAT32;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    EmotionExport.Lora lora = separate ? EmotionExport.Lora.SEPARATE : EmotionExport.Lora.MERGED;
    Path target = target();
    EmotionExport.write(new RunFolder(run), target, lora, precision);
    spec.commandLine().getOut().println(target);
    return ExitCode.OK;
  }

  private Path target() throws IOException {
    if (version.isPresent()) {
      if (version.get() < 0) {
        throw new ParameterException(
            spec.commandLine(), "--model-version: expected 0 or more, found " + version.get());
      }
      return out.resolve(String.valueOf(version.get()));
    }
    return ModelVersions.isVersion(out) ? out : ModelVersions.next(out);
  }
}
