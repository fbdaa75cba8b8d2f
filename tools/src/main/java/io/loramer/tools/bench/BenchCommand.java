package io.loramer.tools.bench;

import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.tools.bench.Benchmark.Work;
import io.loramer.tools.console.Interruption;
import io.loramer.tools.console.Overrides;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the speed and memory of conversion, training and inference. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures conversion, start-up, training and inference with encoders of random weights, of"
          + " the sizes of WavLM-base and RoBERTa-base. Each work runs in its own process, so that"
          + " its peak of memory is measured alone. Needs Linux and 2 GB of disk;"
          + " docs/performance.md explains the numbers."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer bench --folder runs/bench --out bench.json",
      "  lora-mer bench --folder runs/bench --work step,gemm --set training.batch_size=8",
      "  lora-mer bench --folder runs/smoke --smoke"
    })
public final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--folder",
      required = true,
      paramLabel = "FOLDER",
      description = "The folder to write to; existing random weights are used again.")
  private Path path;

  @Option(
      names = "--work",
      split = ",",
      paramLabel = "WORK",
      description = "The works to measure, of ${COMPLETION-CANDIDATES} (default: all).")
  private Set<Work> works = EnumSet.allOf(Work.class);

  @Mixin private Overrides overrides;

  @Option(names = "--out", paramLabel = "FILE", description = "Also writes the results as JSON.")
  private Optional<Path> out;

  @Option(
      names = "--smoke",
      description = "Uses small encoders and few short clips, for a quick test.")
  private boolean smoke;

  @Option(
      names = "--clips",
      paramLabel = "NUMBER",
      description = "The number of clips in an epoch of mixed lengths (default: 128).")
  private Optional<Integer> clips;

  @Option(names = "--prepare", description = "Writes what the works need, and measures nothing.")
  private boolean prepareOnly;

  @Option(
      names = "--here",
      description = "Measures in this process, after an earlier --prepare: for profilers.")
  private boolean here;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (clips.isPresent() && clips.get() < 1) {
      throw new ParameterException(
          spec.commandLine(), "--clips: expected at least 1, found " + clips.get());
    }
    BenchSize all = smoke ? BenchSize.smoke() : BenchSize.base();
    BenchSize size = clips.map(all::withUtterances).orElse(all);
    BenchFolder folder = new BenchFolder(path, size, overrides.values());
    folder.config("start-up", 0); // a wrong override is found before the weights are made
    if (out.isPresent()) {
      Files.createDirectories(out.get().toAbsolutePath().getParent());
    }
    if (!here) {
      folder.prepare();
    }
    if (prepareOnly) {
      return ExitCode.OK;
    }
    List<BenchResult> results = new ArrayList<>();
    for (Work work : works) {
      Interruption.check();
      results.addAll(here ? new Benchmark(folder).measure(work) : inOwnProcess(work));
    }
    BenchReport report = BenchReport.of(folder, results);
    if (out.isPresent()) {
      report.write(out.get());
    }
    spec.commandLine().getOut().print(report);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private List<BenchResult> inOwnProcess(Work work) throws IOException {
    Path report = Files.createTempFile("lora-mer-bench", ".json");
    try {
      ProcessBuilder measuring =
          new ProcessBuilder(commandLine(work, report))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      if (work == Work.INFERENCE) { // as the launcher does for commands that only recognise
        measuring.environment().putIfAbsent(OneDnnFrozenWeights.VARIABLE, "true");
      }
      Process process = measuring.start();
      Interruption.onSignal(process::destroy);
      int code = waitFor(process);
      Interruption.check();
      if (code != ExitCode.OK) {
        throw new IOException(
            work + ": the process that measures it failed; see its messages above");
      }
      return BenchReport.read(report).results();
    } finally {
      Files.delete(report);
    }
  }

  private List<String> commandLine(Work work, Path report) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    String main = spec.root().userObject().getClass().getName();
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    line.addAll(List.of("bench", "--here", "--folder", path.toString()));
    line.addAll(List.of("--work", work.toString(), "--out", report.toString()));
    overrides.values().forEach((key, value) -> line.addAll(List.of("--set", key + "=" + value)));
    if (smoke) {
      line.add("--smoke");
    }
    clips.ifPresent(number -> line.addAll(List.of("--clips", number.toString())));
    return line;
  }

  private static int waitFor(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while measuring", e);
    }
  }
}
