package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** What a command came to. */
record CommandOutcome(int exitCode, String out, String err) {
  /** Runs a command in this process. */
  static CommandOutcome of(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new CommandOutcome(exitCode, out.toString(), err.toString());
  }

  void assertSaid(String text) {
    assertTrue(out.contains(text), text + " in " + this);
  }

  void assertFailedSaying(String text) {
    assertTrue(exitCode == 1 && err.contains(text), text + " in " + this);
  }
}
