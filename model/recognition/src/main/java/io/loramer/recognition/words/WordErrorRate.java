package io.loramer.recognition.words;

import java.util.List;
import java.util.Locale;

/**
 * The word error rate: the fewest substitutions, deletions and insertions that turn the reference
 * into the recognised text, per word of the reference.
 *
 * <p>Texts are compared without case, and by letters, digits and apostrophes within words only.
 *
 * @param errors substitutions, deletions and insertions
 * @param words of the reference
 */
public record WordErrorRate(long errors, long words) {
  /** Counts the errors of one recognised text against its transcript. */
  public static WordErrorRate of(String transcript, String recognized) {
    List<String> reference = words(transcript);
    return new WordErrorRate(distance(reference, words(recognized)), reference.size());
  }

  /** Returns the sum of two counts. */
  public WordErrorRate plus(WordErrorRate other) {
    return new WordErrorRate(errors + other.errors, words + other.words);
  }

  /** Returns the errors per word: above 1 with many insertions, NaN without words. */
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

  /** Computes the Levenshtein distance, row by row. */
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
