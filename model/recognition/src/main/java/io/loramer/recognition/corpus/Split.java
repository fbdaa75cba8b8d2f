package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The splits of a corpus. */
public enum Split {
  TRAIN,
  VALIDATION,
  TEST;

  /** Returns the split's word in a manifest: {@code train}, {@code validation} or {@code test}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the split of a manifest's word; empty if the word is of no split. */
  public static Optional<Split> of(String word) {
    return Stream.of(values()).filter(split -> split.word().equals(word)).findFirst();
  }

  /** Returns the words of all splits, for a message. */
  public static String words() {
    return Stream.of(values()).map(Split::word).collect(joining(", "));
  }
}
