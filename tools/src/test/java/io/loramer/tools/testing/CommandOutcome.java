package io.loramer.tools.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.tools.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** What a command came to. */
public record CommandOutcome(int exitCode, String out, String err) {
  /** Runs a command in this process. */
  public static CommandOutcome of(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new CommandOutcome(exitCode, out.toString(), err.toString());
  }

  public void assertSaid(String text) {
    assertTrue(out.contains(text), text + " in " + this);
  }

  public void assertFailedSaying(String text) {
    assertTrue(exitCode == 1 && err.contains(text), text + " in " + this);
  }
}
