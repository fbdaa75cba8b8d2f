package io.loramer.model.head;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * The classifier's input for the speaker.
 *
 * @param size N, the trained numbers of each speaker; empty for a head without this input
 * @param known the speakers that have a row each; empty for those of the training split. All others
 *     share the row of the unknown
 */
public record SpeakerConfig(OptionalInt size, List<String> known) {
  /** The row of all speakers that are not known. */
  public static final int UNKNOWN = 0;

  public SpeakerConfig {
    known = List.copyOf(known);
    List<String> problems = new ArrayList<>();
    if (size.isPresent() && size.getAsInt() < 1) {
      problems.add("size: expected a positive number, found " + size.getAsInt());
    }
    if (size.isEmpty() && !known.isEmpty()) {
      problems.add("known: expected no speakers without a size, found " + known);
    }
    if (new HashSet<>(known).size() < known.size()) {
      problems.add("known: expected each speaker once, found " + known);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Returns the paper's configuration: a head without this input. */
  public static SpeakerConfig none() {
    return new SpeakerConfig(OptionalInt.empty(), List.of());
  }

  /**
   * Returns a speaker's row of the table: from 1 in the order of the known, or {@link #UNKNOWN}.
   */
  public int row(String speaker) {
    return known.indexOf(speaker) + 1;
  }
}
