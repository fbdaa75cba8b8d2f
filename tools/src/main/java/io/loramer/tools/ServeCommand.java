package io.loramer.tools;

import io.loramer.server.EmotionServer;
import io.loramer.server.limits.BatchLimits;
import io.loramer.server.limits.RequestLimits;
import io.loramer.tools.console.Interruption;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves an exported model until the process is ended. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Serves a model: TF Serving's REST and gRPC interfaces, POST /v1/emotions for sound files,"
            + " and a page to try it at /. Newer versions are picked up. Ends at SIGTERM, after the"
            + " calls it has.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lora-mer serve --model models/emotions",
      "  lora-mer serve --model models/emotions --recognizer encoders/ctc",
      "  curl -F audio=@clip.mp3 -F text=\"I am so happy\" localhost:8501/v1/emotions"
    })
final class ServeCommand implements Callable<Integer> {
  @Mixin private ModelOptions options;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What callers call it (default: the name of its folder).")
  private Optional<String> name;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDRESS",
      description = "Where to listen; 0.0.0.0 for all of the network (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "8501",
      description = "Of HTTP; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--grpc-port",
      defaultValue = "8500",
      description = "Of gRPC; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int grpcPort;

  @Option(
      names = "--max-batch",
      defaultValue = "16",
      paramLabel = "ROWS",
      description = "Utterances of a batch, and of a call (default: ${DEFAULT-VALUE}).")
  private int maxBatch;

  @Option(
      names = "--max-batch-seconds",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description =
          "Sound of a batch, padding counted, which bounds the memory (default: ${DEFAULT-VALUE}).")
  private int maxBatchSeconds;

  @Option(
      names = "--batch-wait-ms",
      defaultValue = "5",
      paramLabel = "MS",
      description = "How long a call waits for others (default: ${DEFAULT-VALUE}).")
  private long batchWaitMillis;

  @Option(
      names = "--max-queue",
      defaultValue = "100",
      paramLabel = "CALLS",
      description = "Calls that wait; more are answered 429 (default: ${DEFAULT-VALUE}).")
  private int maxQueue;

  @Option(
      names = "--max-request-mb",
      defaultValue = "32",
      paramLabel = "MB",
      description = "The largest request (default: ${DEFAULT-VALUE}).")
  private int maxRequestMegabytes;

  @Option(
      names = "--timeout",
      defaultValue = "30",
      paramLabel = "SECONDS",
      description =
          "For a request to come in, to wait for its turn, and to end at shutdown (default:"
              + " ${DEFAULT-VALUE}).")
  private long timeoutSeconds;

  @Option(
      names = "--poll",
      defaultValue = "1",
      paramLabel = "SECONDS",
      description = "How often new versions are looked for (default: ${DEFAULT-VALUE}).")
  private long pollSeconds;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    require("--poll", pollSeconds, 1, 86_400);
    require("--max-request-mb", maxRequestMegabytes, 1, 2047);
    Duration timeout = Duration.ofSeconds(timeoutSeconds);
    CountDownLatch stopped = new CountDownLatch(1);
    Interruption.handleSignals(spec.commandLine().getErr(), stopped::countDown);
    try (EmotionServer server =
        EmotionServer.start(
            new EmotionServer.Options(
                options.model(),
                options.recognizer(),
                name.orElseGet(this::folderName),
                host,
                port,
                grpcPort,
                Duration.ofSeconds(pollSeconds),
                new BatchLimits(
                    maxBatch,
                    maxBatchSeconds,
                    Duration.ofMillis(batchWaitMillis),
                    maxQueue,
                    timeout),
                new RequestLimits(maxRequestMegabytes << 20, timeout)))) {
      spec.commandLine()
          .getErr()
          .printf(
              "lora-mer: serving at http://%s:%d and, with gRPC, at port %d%n",
              host, server.port(), server.grpcPort());
      stopped.await();
    }
    return ExitCode.OK;
  }

  private String folderName() {
    return options.model().toAbsolutePath().normalize().getFileName().toString();
  }

  private void require(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s: expected from %d to %d, found %d".formatted(option, least, most, value));
    }
  }
}
