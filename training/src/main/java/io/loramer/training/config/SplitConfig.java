package io.loramer.training.config;

import io.loramer.recognition.corpus.Utterance;
import java.util.List;
import java.util.Optional;

/**
 * The utterances of a split, by speaker, session or id.
 *
 * @param speakers all of these speakers' utterances
 * @param sessions all utterances of these sessions
 * @param utterances the utterances with these ids
 */
public record SplitConfig(List<String> speakers, List<String> sessions, List<String> utterances) {
  public SplitConfig {
    speakers = List.copyOf(speakers);
    sessions = List.copyOf(sessions);
    utterances = List.copyOf(utterances);
  }

  /** Creates a split of whole speakers and sessions. */
  public SplitConfig(List<String> speakers, List<String> sessions) {
    this(speakers, sessions, List.of());
  }

  /** An empty split: the manifest's lines of this split are taken. */
  public static SplitConfig none() {
    return new SplitConfig(List.of(), List.of());
  }

  /** Returns whether no speaker, session or utterance is named. */
  public boolean isEmpty() {
    return speakers.isEmpty() && sessions.isEmpty() && utterances.isEmpty();
  }

  /** Returns whether an utterance belongs to this split. */
  public boolean contains(Utterance utterance) {
    Optional<String> session = utterance.session();
    return speakers.contains(utterance.speaker())
        || utterances.contains(utterance.id())
        || (session.isPresent() && sessions.contains(session.get()));
  }
}
