package io.loramer.tools;

import io.loramer.server.EmotionServer;
import io.loramer.server.limits.BatchLimits;
import io.loramer.server.limits.RequestLimits;
import io.loramer.tools.console.Interruption;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.logging.log4j.jul.Log4jBridgeHandler;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves an exported model until the process ends. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Serves a model: TF Serving's REST and gRPC interfaces, POST /v1/emotions for audio files,"
            + " and a web page at /. Newer versions are loaded when they appear. Ends at SIGTERM,"
            + " after it has answered the open calls.",
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
      description = "The model's name for callers (default: the name of its folder).")
  private Optional<String> name;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDRESS",
      description =
          "The address to listen at; 0.0.0.0 for all interfaces (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--allowed-host",
      paramLabel = "NAME",
      description =
          "A name that the Host header may have on loopback beside localhost, such as that of a"
              + " proxy on this machine; may be repeated.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--port",
      defaultValue = "8501",
      description = "The port of HTTP; 0 for any free port (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--grpc-port",
      defaultValue = "8500",
      description = "The port of gRPC; 0 for any free port (default: ${DEFAULT-VALUE}).")
  private int grpcPort;

  @Option(
      names = "--max-batch",
      defaultValue = "16",
      paramLabel = "ROWS",
      description = "The most utterances of a batch, and of a call (default: ${DEFAULT-VALUE}).")
  private int maxBatch;

  @Option(
      names = "--max-batch-seconds",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description =
          "The most audio of a batch including padding, which bounds the memory (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxBatchSeconds;

  @Option(
      names = "--batch-wait-ms",
      defaultValue = "5",
      paramLabel = "MS",
      description = "The longest time that a call waits for others (default: ${DEFAULT-VALUE}).")
  private long batchWaitMillis;

  @Option(
      names = "--max-queue",
      defaultValue = "100",
      paramLabel = "CALLS",
      description =
          "The most waiting calls; further ones are answered with 429 (default: ${DEFAULT-VALUE}).")
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
          "The longest time for a request to arrive, to wait for its batch, and to end at shutdown"
              + " (default: ${DEFAULT-VALUE}).")
  private long timeoutSeconds;

  @Option(
      names = "--poll",
      defaultValue = "1",
      paramLabel = "SECONDS",
      description = "The time between two checks for new versions (default: ${DEFAULT-VALUE}).")
  private long pollSeconds;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    require("--port", port, 0, 65_535);
    require("--grpc-port", grpcPort, 0, 65_535);
    require("--poll", pollSeconds, 1, 86_400);
    require("--max-request-mb", maxRequestMegabytes, 1, 2047);
    Log4jBridgeHandler.install(true, null, false); // gRPC logs by java.util.logging
    Duration timeout = Duration.ofSeconds(timeoutSeconds);
    CountDownLatch stopped = new CountDownLatch(1);
    Interruption.onSignal(stopped::countDown);
    try (EmotionServer server =
        EmotionServer.start(
            new EmotionServer.Options(
                options.model(),
                options.recognizer(),
                name.orElseGet(this::folderName),
                host,
                allowedHosts,
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
              "lora-mer: serving HTTP at http://%s:%d and gRPC at port %d%n",
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
