package io.loramer.tools;

import io.loramer.tools.adapter.AdapterCommand;
import io.loramer.tools.bench.BenchCommand;
import io.loramer.tools.console.FailureMessage;
import io.loramer.tools.console.Interruption;
import io.loramer.tools.console.LoraMerVersion;
import io.loramer.tools.console.TextEncoding;
import io.loramer.tools.corpus.CorpusCommand;
import io.loramer.tools.experiments.CrossvalCommand;
import io.loramer.tools.experiments.SweepCommand;
import io.loramer.tools.inspect.InspectCommand;
import io.loramer.tools.report.ReportCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The command line: parses the arguments, runs a command and returns its exit code. Results are
 * written to stdout, everything else to stderr.
 */
@Command(
    name = "lora-mer",
    mixinStandardHelpOptions = true,
    versionProvider = LoraMerVersion.class,
    description = "Recognises emotions from speech and words: LoRA-MER on TensorFlow Java.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:wrong usage",
      "130:ended by Ctrl-C",
      "143:ended by SIGTERM"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer demo",
      "  lora-mer convert --checkpoint wavlm-base --out encoders/wavlm-base",
      "  lora-mer train --config run.yaml --run runs/first",
      "  lora-mer crossval --config run.yaml --out runs/folds",
      "  lora-mer export --run runs/first --out models/emotions",
      "  lora-mer predict --model models/emotions clip.wav --text \"I am so happy for you\"",
      "  lora-mer serve --model models/emotions"
    },
    subcommands = {
      DemoCommand.class,
      ConvertCommand.class,
      TranscribeCommand.class,
      TrainCommand.class,
      CrossvalCommand.class,
      SweepCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      ExportCommand.class,
      ServeCommand.class,
      CorpusCommand.class,
      AdapterCommand.class,
      InspectCommand.class,
      ReportCommand.class,
      MineCheckCommand.class,
      BenchCommand.class,
      DoctorCommand.class
    })
public final class Main implements Runnable {
  /** Commands that TensorFlow's threads work for; the others end as Java does. */
  private static final Set<String> RUN_TENSORFLOW =
      Set.of(
          "adapter",
          "bench",
          "convert",
          "crossval",
          "demo",
          "doctor",
          "evaluate",
          "export",
          "mine-check",
          "predict",
          "serve",
          "sweep",
          "train",
          "transcribe");

  @Spec private CommandSpec spec;

  /** Runs the command line of this process. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    TextEncoding.ofProcess().warning().ifPresent(sentence -> err.println("lora-mer: " + sentence));
    int code = execute(commandLine(out, err).setExecutionStrategy(Main::execute), args);
    System.exit(Interruption.exitCode().orElse(code));
  }

  /** Runs a command in this process and returns its exit code; the one entry for tests. */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return execute(commandLine(out, err), args);
  }

  private static int execute(CommandLine command, String... args) {
    Optional<String> problem = TextEncoding.ofProcess().problem(List.of(args), System::getProperty);
    if (problem.isPresent()) {
      command.getErr().println("lora-mer: " + problem.get());
      return ExitCode.USAGE;
    }
    return command.execute(args);
  }

  private static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return new CommandLine(new Main())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionStrategy(FailureMessage::withinMemory)
        .setExecutionExceptionHandler(new FailureMessage());
  }

  /** Runs a command in a process of its own, which signals may end. */
  private static int execute(ParseResult parsed) {
    if (parsed.hasSubcommand()
        && RUN_TENSORFLOW.contains(parsed.subcommand().commandSpec().name())) {
      Interruption.handleSignals(parsed.commandSpec().commandLine().getErr());
    }
    return FailureMessage.withinMemory(parsed);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }
}
