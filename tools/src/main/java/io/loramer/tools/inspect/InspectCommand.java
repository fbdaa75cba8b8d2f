package io.loramer.tools.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Describes the contents of a file or folder. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Describes a checkpoint folder, an encoder or emotion SavedModel, an adapter, a run or a"
          + " .safetensors file: architecture, parameters, dtypes, signatures, the linear maps that"
          + " LoRA would adapt, weights that are missing or extra compared to config.json. A"
          + " dimension of -1 has any size."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer inspect encoders/wavlm-base",
      "  lora-mer inspect --json runs/first",
      "  lora-mer inspect --graph --depth 5 runs/first",
      "  lora-mer inspect wavlm-base/model.safetensors"
    })
public final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATH", description = "A file or folder.")
  private Path path;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Option(
      names = "--graph",
      description =
          "Prints the scopes of the graph of a SavedModel or run with their numbers of ops and"
              + " parameters; for a run, of the training step that TensorBoard shows.")
  private boolean graph;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "3",
      description = "With --graph: the depth of scopes (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    spec.commandLine().getOut().println(graph ? graph() : contents());
    return ExitCode.OK;
  }

  private String contents() throws IOException {
    Inspection inspection = Inspection.of(path);
    return json ? inspection.json() : inspection.toString();
  }

  private String graph() throws IOException {
    GraphScope scopes = GraphScope.read(path, depth);
    return json ? scopes.json() : scopes.toString();
  }
}
