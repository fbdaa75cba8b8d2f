package io.loramer.training.corpora;

import io.loramer.recognition.corpus.Utterance;
import java.util.List;

/**
 * What a corpus holds.
 *
 * @param utterances whose clips are there, with line 0
 * @param notes what was left out, and other things that a person should know; sentences
 */
public record CorpusContents(List<Utterance> utterances, List<String> notes) {
  public CorpusContents {
    utterances = List.copyOf(utterances);
    notes = List.copyOf(notes);
  }
}
