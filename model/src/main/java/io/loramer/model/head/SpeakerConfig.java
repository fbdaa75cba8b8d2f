package io.loramer.model.head;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * Whether a head is told who speaks.
 *
 * @param size N: numbers that are learned of each speaker; empty for a head that is not told
 * @param known speakers that the head tells apart; empty for those of the training split. Anybody
 *     else is unknown
 */
public record SpeakerConfig(OptionalInt size, List<String> known) {
  /** The row of everybody who is not known. */
  public static final int UNKNOWN = 0;

  public SpeakerConfig {
    known = List.copyOf(known);
    List<String> problems = new ArrayList<>();
    if (size.isPresent() && size.getAsInt() < 1) {
      problems.add("size: expected a positive number, found " + size.getAsInt());
    }
    if (size.isEmpty() && !known.isEmpty()) {
      problems.add("known: expected nobody where no size is given, found " + known);
    }
    if (new HashSet<>(known).size() < known.size()) {
      problems.add("known: expected each once, found " + known);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** The paper's: a head that is not told. */
  public static SpeakerConfig none() {
    return new SpeakerConfig(OptionalInt.empty(), List.of());
  }

  /**
   * Returns a speaker's row of the table: {@link #UNKNOWN}, or from 1 in the order of the known.
   */
  public int row(String speaker) {
    return known.indexOf(speaker) + 1;
  }
}
