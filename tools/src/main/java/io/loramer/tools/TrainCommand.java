package io.loramer.tools;

import io.loramer.recognition.corpus.TextSource;
import io.loramer.tools.console.InterruptedCommandException;
import io.loramer.tools.console.Overrides;
import io.loramer.tools.console.ProgressLine;
import io.loramer.tools.console.ResultTable;
import io.loramer.training.Trainer;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a model in a new run, or resumes a run. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a model, or resumes an interrupted run.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer train --config run.yaml --run runs/first",
      "  lora-mer train --config run.yaml --run runs/cold --set head.mine.lambda=0",
      "  lora-mer train --config run.yaml --run runs/half --precision bfloat16",
      "  lora-mer train --config run.yaml --run runs/traced --trace 20",
      "  lora-mer train --resume runs/first"
    })
final class TrainCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML with the keys that differ from the defaults.")
  private Optional<Path> config;

  @Mixin private Overrides overrides;

  @Option(
      names = "--text-source",
      paramLabel = "SOURCE",
      description =
          "The words for the text encoder: transcript (those of the manifest), asr (recognised"
              + " ones) or none; overrides the key text.source.")
  private Optional<TextSource> textSource;

  @Option(
      names = "--precision",
      paramLabel = "float32|bfloat16|float16",
      description =
          "The precision of the speech encoder's matrix products (default: the fastest that the"
              + " processor supports); overrides the key compute.precision.")
  private Optional<String> precision;

  @Option(
      names = "--device",
      paramLabel = "auto|cpu|gpu[:n]",
      description = "The device to compute on; overrides the key compute.device.")
  private Optional<String> device;

  @Option(
      names = "--trace",
      paramLabel = "STEP",
      description =
          "Records for one step, counted from 0, the device, time and memory of each op;"
              + " TensorBoard shows them in the graph. Step 0 cannot be traced, since it includes"
              + " the warm-up.")
  private Optional<Long> trace;

  @ArgGroup(multiplicity = "1")
  private Where where;

  @Spec private CommandSpec spec;

  private static final class Where {
    @Option(
        names = "--run",
        required = true,
        paramLabel = "FOLDER",
        description = "The folder of the new run.")
    private Path run;

    @Option(
        names = "--resume",
        required = true,
        paramLabel = "FOLDER",
        description = "The folder of an interrupted run, which contains its configuration.")
    private Path resume;
  }

  @Override
  public Integer call() throws IOException {
    boolean resuming = where.resume != null;
    Map<String, String> set = overrides.values();
    textSource.ifPresent(source -> set.put("text.source", source.name()));
    precision.ifPresent(word -> set.put("compute.precision", word));
    device.ifPresent(name -> set.put("compute.device", name));
    if (resuming && (config.isPresent() || !set.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume takes neither --config nor --set, --text-source, --precision or --device: a run"
              + " keeps its own.");
    }
    if (resuming && trace.isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "--trace is for a new run: name its folder with --run.");
    }
    RunMetrics metrics;
    try (ProgressLine progress = new ProgressLine()) {
      if (resuming) {
        metrics = Trainer.resume(where.resume, progress);
      } else {
        RunConfig read = RunConfigFile.read(config, set);
        OptionalLong step = trace.map(OptionalLong::of).orElse(OptionalLong.empty());
        metrics = Trainer.start(read, where.run, step, progress);
      }
    } catch (InterruptedCommandException e) {
      Path folder = resuming ? where.resume : where.run;
      throw e.advising(
          Files.exists(folder)
              ? "`lora-mer train --resume " + folder + "` goes on from the last whole epoch"
              : "the run had not begun; hidden states that were computed are kept in the cache");
    }
    spec.commandLine().getOut().print(new ResultTable(metrics));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
