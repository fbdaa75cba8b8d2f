package io.loramer.recognition.words;

import java.util.List;
import java.util.Locale;

/**
 * How many words were recognised wrongly: the substitutions, deletions and insertions that lead
 * from what was said to what was recognised, for each word that was said.
 *
 * <p>Case does not count, nor does anything but letters, digits and the apostrophe within a word.
 *
 * @param words that were said
 */
public record WordErrorRate(long errors, long words) {
  /** Counts the errors of one text. */
  public static WordErrorRate of(String said, String recognized) {
    List<String> reference = words(said);
    return new WordErrorRate(distance(reference, words(recognized)), reference.size());
  }

  /** Returns the counts of both. */
  public WordErrorRate plus(WordErrorRate other) {
    return new WordErrorRate(errors + other.errors, words + other.words);
  }

  /** Returns the errors per word; above 1 where more was recognised than said, NaN of no words. */
  public double rate() {
    return (double) errors / words;
  }

  private static List<String> words(String text) {
    String plain =
        text.toLowerCase(Locale.ROOT)
            .replace('’', '\'')
            .replaceAll("(?<![\\p{L}\\p{M}\\p{N}])'|'(?![\\p{L}\\p{M}\\p{N}])", " ")
            .replaceAll("[^\\p{L}\\p{M}\\p{N}']+", " ")
            .strip();
    return plain.isEmpty() ? List.of() : List.of(plain.split(" ", -1));
  }

  /** Levenshtein's distance, a row at a time. */
  private static int distance(List<String> from, List<String> to) {
    int[] row = new int[to.size() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.size(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j - 1], row[j]) + 1);
      }
    }
    return row[to.size()];
  }
}
