package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The labels of a corpus that are used, and their names.
 *
 * @param kept the only labels that are used; empty for all
 * @param renamed new names by old ones, so that two labels can become one; a label that is itself
 *     in {@code kept} keeps its name
 */
public record LabelChoice(List<String> kept, Map<String, String> renamed) {
  /** Every label, as the reader names it. */
  static final LabelChoice ALL = new LabelChoice(List.of(), Map.of());

  public LabelChoice {
    kept = List.copyOf(kept);
    renamed = Map.copyOf(renamed);
  }

  /**
   * Returns the utterances with these labels; notes state what is left out, and which kept labels
   * and which renamed ones no utterance has.
   *
   * @throws IOException if no utterance is left
   */
  public CorpusContents of(CorpusContents corpus) throws IOException {
    List<Utterance> chosen = new ArrayList<>();
    Map<String, Integer> dropped = new TreeMap<>();
    Set<String> absent = new TreeSet<>(kept);
    Set<String> unknown = new TreeSet<>(renamed.keySet());
    unknown.removeAll(kept);
    for (Utterance utterance : corpus.utterances()) {
      unknown.remove(utterance.label());
      String label = rename(utterance.label());
      if (kept.isEmpty() || kept.contains(label)) {
        chosen.add(utterance.labelled(label));
        absent.remove(label);
      } else {
        dropped.merge(label, 1, Integer::sum);
      }
    }
    if (chosen.isEmpty()) {
      throw new IOException(
          "labels: expected some of " + dropped.keySet() + ", which the corpus has, found " + kept);
    }
    List<String> notes = new ArrayList<>(corpus.notes());
    if (!absent.isEmpty()) {
      notes.add("no utterance has the label " + String.join(", ", absent));
    }
    if (!unknown.isEmpty()) {
      notes.add("no utterance has the label " + String.join(", ", unknown) + " that is renamed");
    }
    if (!dropped.isEmpty()) {
      int count = dropped.values().stream().mapToInt(Integer::intValue).sum();
      notes.add("utterances left out because of their labels: " + count + " " + dropped);
    }
    return new CorpusContents(chosen, notes);
  }

  private String rename(String label) {
    return kept.contains(label) ? label : renamed.getOrDefault(label, label);
  }
}
