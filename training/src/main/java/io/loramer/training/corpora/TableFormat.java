package io.loramer.training.corpora;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the separator of a table in its text, and whether its cells may be quoted. */
final class TableFormat {
  /** The first of equally frequent ones is used. */
  private static final List<Character> SEPARATORS = List.of('\t', ';', ',');

  private static final Pattern STATED_SEPARATOR =
      Pattern.compile("\"?sep=([^\r\n])\"?[;,\t]*(?=\\R)");

  /** A cell with quotes around it, or one without any quote, and what ends it. */
  private static final Pattern CELL =
      Pattern.compile("(?:\"[^\"]*+(?:\"\"[^\"]*+)*+\"|[^\"\t\r\n]*+)(?:[\t\r\n]|\\z)");

  private TableFormat() {}

  /** Returns the separator of a first line such as {@code sep=;}. */
  static Optional<Character> statedSeparator(String text) {
    Matcher line = STATED_SEPARATOR.matcher(text);
    return line.lookingAt() ? Optional.of(line.group(1).charAt(0)) : Optional.empty();
  }

  /** Returns a text whose first line is empty, so that the others keep their numbers. */
  static String withoutFirstLine(String text) {
    return text.replaceFirst("\\A[^\r\n]*", "");
  }

  /** Returns the separator that is most frequent outside quotes in the first line with text. */
  static char frequentSeparator(String text) {
    int[] counts = new int[SEPARATORS.size()];
    boolean quoted = false;
    for (char sign : text.replaceFirst("\\A[\r\n]+", "").toCharArray()) {
      if (!quoted && (sign == '\n' || sign == '\r')) {
        break;
      }
      quoted ^= sign == '"';
      if (!quoted && SEPARATORS.contains(sign)) {
        counts[SEPARATORS.indexOf(sign)]++;
      }
    }
    return SEPARATORS.stream()
        .max(
            Comparator.comparing((Character separator) -> counts[SEPARATORS.indexOf(separator)])
                .thenComparing(separator -> -SEPARATORS.indexOf(separator)))
        .filter(separator -> counts[SEPARATORS.indexOf(separator)] > 0)
        .orElse(',');
  }

  /**
   * Returns the line of the first quote in a tab-separated text that a program which quotes cells
   * would not have written: one in an unquoted cell, or without its counterpart.
   */
  static OptionalInt unquotedLine(String text) {
    Matcher cell = CELL.matcher(text);
    int start = 0;
    while (start < text.length()) {
      cell.region(start, text.length());
      if (!cell.lookingAt()) {
        return OptionalInt.of(text.substring(0, start).split("\\R", -1).length);
      }
      start = cell.end();
    }
    return OptionalInt.empty();
  }

  /** Returns whether a cell of a tab-separated text begins with a quote. */
  static boolean quoteBeginsCell(String text) {
    return Pattern.compile("(?:^|[\t\r\n])\"").matcher(text).find();
  }
}
