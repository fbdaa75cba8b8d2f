package io.loramer.training.config;

import io.loramer.recognition.corpus.Utterance;
import java.util.List;
import java.util.Optional;

/**
 * Whose utterances make up a split.
 *
 * @param speakers all of these speakers' utterances
 * @param sessions all utterances of these sessions
 * @param utterances these, by their ids
 */
public record SplitConfig(List<String> speakers, List<String> sessions, List<String> utterances) {
  public SplitConfig {
    speakers = List.copyOf(speakers);
    sessions = List.copyOf(sessions);
    utterances = List.copyOf(utterances);
  }

  /** Whole speakers and sessions. */
  public SplitConfig(List<String> speakers, List<String> sessions) {
    this(speakers, sessions, List.of());
  }

  /** Nobody's: the manifest's own {@code split} decides. */
  public static SplitConfig none() {
    return new SplitConfig(List.of(), List.of());
  }

  public boolean isEmpty() {
    return speakers.isEmpty() && sessions.isEmpty() && utterances.isEmpty();
  }

  public boolean contains(Utterance utterance) {
    Optional<String> session = utterance.session();
    return speakers.contains(utterance.speaker())
        || utterances.contains(utterance.id())
        || (session.isPresent() && sessions.contains(session.get()));
  }
}
