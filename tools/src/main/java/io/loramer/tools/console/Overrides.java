package io.loramer.tools.console;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option {@code --set}, by which commands override keys of a configuration. */
public final class Overrides {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key, such as training.epochs=3. May be repeated.")
  private Map<String, String> values = new LinkedHashMap<>();

  /** Returns the keys and their values in the order of the command line; may be added to. */
  public Map<String, String> values() {
    return values;
  }
}
