package io.loramer.tools;

import io.loramer.recognition.corpus.Progress;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.UnusedTensors;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.hub.Hub;
import io.loramer.savedmodels.hub.HubModel;
import io.loramer.savedmodels.hub.HubSettings;
import io.loramer.tools.console.ProgressLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Converts a Hugging Face checkpoint to an encoder SavedModel. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = "Converts a Hugging Face checkpoint to an encoder SavedModel.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer convert --checkpoint wavlm-base --out encoders/wavlm-base",
      "  lora-mer convert --checkpoint microsoft/wavlm-base-plus --out encoders/wavlm-base-plus"
    })
final class ConvertCommand implements Callable<Integer> {
  private static final Logger LOG = LogManager.getLogger(ConvertCommand.class);

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "WHAT",
      description = {
        "A folder with config.json and the weights (model.safetensors or pytorch_model.bin, whole"
            + " or in shards), or the name of a model on the Hugging Face hub."
      })
  private String checkpoint;

  @Option(
      names = "--revision",
      paramLabel = "NAME",
      defaultValue = HubModel.MAIN,
      description = "The branch, tag or commit of a model on the hub (default: ${DEFAULT-VALUE}).")
  private String revision;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write the SavedModel to.")
  private Path out;

  @Option(
      names = "--group-norm",
      paramLabel = "WHOSE",
      defaultValue = "padding-invariant",
      description = {
        "How the GroupNorm of a base speech encoder treats the padding of a batch:"
            + " padding-invariant (default; a clip gives the same features alone and in any batch)"
            + " or transformers (padding is included, for exact parity with Hugging Face)."
      })
  private GroupNormChoice groupNorm;

  @Spec private CommandSpec spec;

  /** The choices of {@code --group-norm}. */
  enum GroupNormChoice {
    PADDING_INVARIANT(PaddingInNorm.IGNORED),
    TRANSFORMERS(PaddingInNorm.COUNTED);

    private final PaddingInNorm padding;

    GroupNormChoice(PaddingInNorm padding) {
      this.padding = padding;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public Integer call() throws IOException {
    AtomicFolder.requireAbsent(out); // before a download
    var summary = EncoderConversion.convert(checkpointFolder(), out, groupNorm.padding);
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s: %s, %,d parameters%n",
            out,
            summary.architecture(),
            summary.parameters());
    if (!summary.unused().isEmpty()) {
      spec.commandLine()
          .getOut()
          .println(
              "not used: "
                  + summary.unused().stream()
                      .map(UnusedTensors::toString)
                      .collect(Collectors.joining(", ")));
    }
    summary.warnings().forEach(warning -> LOG.warn("{}: {}", checkpoint, warning));
    return ExitCode.OK;
  }

  private Path checkpointFolder() throws IOException {
    Path folder = Path.of(checkpoint);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    if (!checkpoint.matches("[^/.~]+/[^/]+|[^/.~]+")) { // not a valid name on the hub
      throw new IOException(folder + ": no such folder");
    }
    LOG.info("there is no folder {}: looking for a model of that name on the hub", folder);
    Hub hub = new Hub(HubSettings.of(System.getenv()));
    try (ProgressLine progress = new ProgressLine()) {
      return hub.snapshot(
          new HubModel(checkpoint, revision),
          (file, bytes, total) -> progress.accept(new Progress(file, bytes, total, "")));
    }
  }
}
