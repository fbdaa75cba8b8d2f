package io.loramer.tools.testing;

import io.loramer.tools.Main;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command line did, run in this process. */
public record CommandLineRun(int exitCode, String out, String err) {
  public static CommandLineRun of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }
}
