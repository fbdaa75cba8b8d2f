package io.loramer.tools.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailureMessageTest {
  @Test
  void userErrorsAreOneSentence() {
    assertSentence(new IOException("a.wav: is empty"), "a.wav: is empty");
    assertSentence(new UncheckedIOException(new IOException("a.wav: is empty")), "a.wav: is empty");
    assertSentence(
        new IllegalArgumentException("rank: expected at least 1"), "rank: expected at least 1");
    assertSentence(new NoSuchFileException("a.wav"), "a.wav: no such file");
    assertSentence(new AccessDeniedException("a.wav"), "a.wav: access denied");
  }

  @Test
  void defectsComeWithTheirStackTrace() {
    for (Exception defect :
        new Exception[] {
          new IllegalStateException("no moment of w"),
          new NullPointerException("no moment of w"),
          new TFInvalidArgumentException("no moment of w")
        }) {
      String err = failWith(defect);
      assertTrue(err.contains(defect.getClass().getName() + ": no moment of w"), err);
      assertTrue(err.contains("\tat " + FailureMessageTest.class.getName()), err);
    }
  }

  @Test
  void lackOfMemoryIsOneSentence() {
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLine(new Exhausted())
            .setErr(new PrintWriter(err))
            .setExecutionStrategy(FailureMessage::withinMemory)
            .execute();
    assertEquals(1, exitCode);
    String expected = "lora-mer: out of memory (Java heap space): Java's heap has at most ";
    assertTrue(err.toString().startsWith(expected), err.toString());
    assertEquals(1, err.toString().lines().count());
  }

  private static void assertSentence(Exception e, String sentence) {
    assertEquals("lora-mer: " + sentence + System.lineSeparator(), failWith(e));
  }

  /** Returns what is written to stderr when a command throws. */
  private static String failWith(Exception e) {
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLine(new Failing(e))
            .setErr(new PrintWriter(err))
            .setExecutionExceptionHandler(new FailureMessage())
            .execute();
    assertEquals(1, exitCode);
    return err.toString();
  }

  @Command
  private record Exhausted() implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new OutOfMemoryError("Java heap space");
    }
  }

  @Command
  private record Failing(Exception failure) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      throw failure;
    }
  }
}
