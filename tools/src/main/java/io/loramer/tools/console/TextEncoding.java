package io.loramer.tools.console;

import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The character set by which Java decodes arguments and file names: that of the locale. The
 * launcher sets a UTF-8 locale; whoever starts Java otherwise may have {@code LANG=C}, which is
 * ASCII.
 *
 * @param charset its name
 */
public record TextEncoding(String charset) {
  /** What Java decodes a byte to that the character set lacks. */
  private static final String REPLACEMENT = "\uFFFD";

  /** Folders that Java itself decodes, each letter outside ASCII to question marks. */
  private static final List<String> FOLDERS = List.of("user.dir", "user.home");

  /** Returns the character set of this process. */
  public static TextEncoding ofProcess() {
    return new TextEncoding(System.getProperty("sun.jnu.encoding", "UTF-8"));
  }

  /** Returns the sentence for a process whose character set lacks letters, if it does. */
  public Optional<String> warning() {
    return isUtf8()
        ? Optional.empty()
        : Optional.of("letters outside ASCII may be lost: " + cause());
  }

  /**
   * Returns what arrived damaged, by name.
   *
   * @param arguments of the command line
   * @param properties returns the value of a system property
   */
  public Optional<String> problem(List<String> arguments, UnaryOperator<String> properties) {
    List<String> damaged = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).contains(REPLACEMENT)) {
        boolean value = i > 0 && arguments.get(i - 1).startsWith("--");
        damaged.add((value ? arguments.get(i - 1) + " " : "") + arguments.get(i));
      }
    }
    for (String folder : FOLDERS) {
      if (!isUtf8() && properties.apply(folder).contains("?")) {
        damaged.add(folder + " " + properties.apply(folder));
      }
    }
    return damaged.isEmpty()
        ? Optional.empty()
        : Optional.of("arrived with lost letters: " + String.join("; ", damaged) + "; " + cause());
  }

  /** Returns the message of a path that the character set cannot express. */
  String message(InvalidPathException e) {
    return isUtf8() ? e.getMessage() : e.getMessage() + "; " + cause();
  }

  private String cause() {
    return isUtf8()
        ? "expected UTF-8"
        : "the locale's character set is " + charset + "; set LC_ALL=C.UTF-8";
  }

  private boolean isUtf8() {
    return charset.equalsIgnoreCase("UTF-8");
  }
}
