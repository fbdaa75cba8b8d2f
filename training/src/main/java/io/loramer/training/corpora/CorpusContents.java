package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Utterance;
import java.util.List;

/**
 * The utterances of a corpus and notes on it.
 *
 * @param utterances those whose clips exist, with line 0
 * @param notes sentences on what was left out and on other peculiarities
 */
public record CorpusContents(List<Utterance> utterances, List<String> notes) {
  public CorpusContents {
    utterances = List.copyOf(utterances);
    notes = List.copyOf(notes);
  }
}
