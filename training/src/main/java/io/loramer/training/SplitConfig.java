package io.loramer.training;

import java.util.List;
import java.util.Optional;

/**
 * Whose utterances make up a split.
 *
 * @param speakers all of these speakers' utterances
 * @param sessions all utterances of these sessions
 */
public record SplitConfig(List<String> speakers, List<String> sessions) {
  public SplitConfig {
    speakers = List.copyOf(speakers);
    sessions = List.copyOf(sessions);
  }

  /** Nobody's: the manifest's own {@code split} decides. */
  public static SplitConfig none() {
    return new SplitConfig(List.of(), List.of());
  }

  boolean isEmpty() {
    return speakers.isEmpty() && sessions.isEmpty();
  }

  boolean contains(Utterance utterance) {
    Optional<String> session = utterance.session();
    return speakers.contains(utterance.speaker())
        || (session.isPresent() && sessions.contains(session.get()));
  }
}
