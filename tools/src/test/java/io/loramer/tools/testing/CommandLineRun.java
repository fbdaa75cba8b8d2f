package io.loramer.tools.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.tools.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;

/** The exit code and the output of a command that ran in this process. */
public record CommandLineRun(int exitCode, String out, String err) {
  /** Runs a command; its arguments are converted to strings. */
  public static CommandLineRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), words);
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }

  /** Asserts that stdout contains a text. */
  public void assertPrinted(String text) {
    assertTrue(out.contains(text), text + " in " + this);
  }

  /** Asserts that the command failed and stderr contains a text. */
  public void assertFailed(String text) {
    assertEquals(1, exitCode, err);
    assertTrue(err.contains(text), text + " in " + this);
  }
}
