package io.loramer.tools.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Prints why a command failed: a sentence for what the user can correct, a stack trace for a defect
 * of the program.
 */
public final class FailureMessage implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed)
      throws Exception {
    if (e instanceof InterruptedCommandException interrupted) {
      command.getErr().println("lora-mer: " + interrupted.getMessage());
      return interrupted.exitCode();
    }
    Exception cause = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : e;
    // TensorFlow's TFInvalidArgumentException is an IllegalArgumentException too.
    boolean refused =
        cause instanceof IllegalArgumentException && !(cause instanceof TFInvalidArgumentException);
    if (!(cause instanceof IOException || refused)) {
      throw e;
    }
    command.getErr().println("lora-mer: " + message(cause));
    return ExitCode.SOFTWARE;
  }

  /** Runs a command; if memory runs out, prints how to give it more. */
  public static int withinMemory(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      parsed
          .commandSpec()
          .commandLine()
          .getErr()
          .printf(
              "lora-mer: out of memory (%s): Java's heap has at most %d MB; give it more, such as"
                  + " LORA_MER_OPTS=-Xmx8g%n",
              e.getMessage(), Runtime.getRuntime().maxMemory() >> 20);
      return ExitCode.SOFTWARE;
    }
  }

  /**
   * Returns the message; the JDK's file exceptions contain the path only, so the reason is added.
   */
  private static String message(Exception e) {
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + reason(file);
    }
    return e instanceof InvalidPathException path
        ? TextEncoding.ofProcess().message(path)
        : e.getMessage();
  }

  private static String reason(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    return e instanceof AccessDeniedException ? "access denied" : e.getClass().getSimpleName();
  }
}
