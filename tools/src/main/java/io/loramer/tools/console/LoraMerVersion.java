package io.loramer.tools.console;

import picocli.CommandLine;

/** The version that the jar was built as. */
public final class LoraMerVersion implements CommandLine.IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"lora-mer " + number()};
  }

  /** Returns the number alone. */
  public static String number() {
    String version = LoraMerVersion.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }
}
