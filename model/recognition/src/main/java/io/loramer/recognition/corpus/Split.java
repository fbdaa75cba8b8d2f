package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What an utterance is used for. */
public enum Split {
  TRAIN,
  VALIDATION,
  TEST;

  /** Returns the word that stands for it in a manifest: {@code train}, {@code validation}... */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the split of a manifest's word, or empty if no split has that one. */
  public static Optional<Split> of(String word) {
    return Stream.of(values()).filter(split -> split.word().equals(word)).findFirst();
  }

  /** Returns the words of all splits, for a message. */
  public static String words() {
    return Stream.of(values()).map(Split::word).collect(joining(", "));
  }
}
