package io.loramer.tools;

import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Converts a Hugging Face checkpoint. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = "Converts a Hugging Face checkpoint to an encoder SavedModel.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer convert --checkpoint wavlm-base --out encoders/wavlm-base")
final class ConvertCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FOLDER",
      description = "Holds config.json and model.safetensors.")
  private Path checkpoint;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "The SavedModel to make.")
  private Path out;

  @Option(
      names = "--group-norm",
      paramLabel = "WHOSE",
      defaultValue = "padding-invariant",
      description = {
        "How a base speech encoder's GroupNorm treats the padding of a batch: padding-invariant"
            + " (default; a clip gives the same features alone and in any batch) or transformers"
            + " (padding counts, for exact parity with Hugging Face)."
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
    var summary = EncoderConversion.convert(checkpoint, out, groupNorm.padding);
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s: %s, %,d parameters%n",
            out,
            summary.architecture(),
            summary.parameters());
    return ExitCode.OK;
  }
}
