package io.loramer.tools.adapter;

import io.loramer.tools.inspect.Inspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Describes an adapter. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description =
        "Prints an adapter's rank, alpha, scaling, targets, layers and parameters, and how much"
            + " each target changes: the Frobenius norm of B A.",
    footerHeading = "%nExample:%n",
    footer = "  lora-mer adapter info adapters/peft")
final class AdapterInfoCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FOLDER",
      description = "Contains adapter_config.json and adapter_model.safetensors.")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    spec.commandLine().getOut().println(Inspection.ofAdapter(folder));
    return ExitCode.OK;
  }
}
