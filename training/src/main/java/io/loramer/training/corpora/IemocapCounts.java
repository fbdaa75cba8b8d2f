package io.loramer.training.corpora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares the utterances per session and class with those of the complete IEMOCAP.
 *
 * <p>The four classes have 5531 utterances together, as the literature counts them. (The paper of
 * LoRA-MER swaps the sums of neutral and sadness.)
 */
final class IemocapCounts {
  private static final List<String> CLASSES = List.of("anger", "happiness", "neutral", "sadness");

  private static final Map<String, List<Integer>> PUBLISHED =
      new TreeMap<>(
          Map.of(
              "1", List.of(229, 278, 384, 194),
              "2", List.of(137, 327, 362, 197),
              "3", List.of(240, 286, 320, 305),
              "4", List.of(327, 303, 258, 143),
              "5", List.of(170, 442, 384, 245)));

  private final Map<String, Map<String, Integer>> found = new TreeMap<>();

  /** Counts an utterance; one of excitement counts as happiness. */
  void add(String session, String label) {
    String counted = label.equals("excitement") ? "happiness" : label;
    found.computeIfAbsent(session, s -> new TreeMap<>()).merge(counted, 1, Integer::sum);
  }

  /** Returns a sentence on the difference from the complete corpus, if there is one. */
  Optional<String> difference() {
    List<String> sessions = new ArrayList<>();
    int expectedTotal = 0;
    int total = 0;
    for (var session : PUBLISHED.entrySet()) {
      List<String> classes = new ArrayList<>();
      for (int i = 0; i < CLASSES.size(); i++) {
        int expected = session.getValue().get(i);
        int count = found.getOrDefault(session.getKey(), Map.of()).getOrDefault(CLASSES.get(i), 0);
        expectedTotal += expected;
        total += count;
        if (count != expected) {
          classes.add(
              "%s %d instead of %d (%+d)"
                  .formatted(CLASSES.get(i), count, expected, count - expected));
        }
      }
      if (!classes.isEmpty()) {
        sessions.add("session " + session.getKey() + ": " + String.join(", ", classes));
      }
    }
    if (sessions.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "%d utterances of the four classes instead of %d (%+d): %s"
            .formatted(total, expectedTotal, total - expectedTotal, String.join("; ", sessions)));
  }
}
