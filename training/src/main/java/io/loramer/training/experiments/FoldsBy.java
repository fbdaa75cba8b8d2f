package io.loramer.training.experiments;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.config.SplitConfig;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The unit that stays together when a corpus is divided into folds. */
public enum FoldsBy {
  SESSION(""),
  SPEAKER(""),
  /** Single utterances: each speaker is in every fold, if the speaker has enough utterances. */
  UTTERANCE(
      "; SPEAKER-DEPENDENT: the tested speakers are in the training split, which makes the task"
          + " easier");

  private final String note;

  FoldsBy(String note) {
    this.note = note;
  }

  /** Returns the word of the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the addition to the protocol's note. */
  String note() {
    return note;
  }

  Optional<String> name(Utterance utterance) {
    return switch (this) {
      case SESSION -> utterance.session();
      case SPEAKER -> Optional.of(utterance.speaker());
      case UTTERANCE -> Optional.of(utterance.id());
    };
  }

  SplitConfig split(List<String> names) {
    return switch (this) {
      case SESSION -> new SplitConfig(List.of(), names, List.of());
      case SPEAKER -> new SplitConfig(names, List.of(), List.of());
      case UTTERANCE -> new SplitConfig(List.of(), List.of(), names);
    };
  }
}
