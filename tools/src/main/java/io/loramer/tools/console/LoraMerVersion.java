package io.loramer.tools.console;

import picocli.CommandLine;

/** The version in the manifest of the jar. */
public final class LoraMerVersion implements CommandLine.IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"lora-mer " + number()};
  }

  /** Returns the number without the program's name. */
  public static String number() {
    String version = LoraMerVersion.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }
}
