package io.loramer.training.experiments;

import io.loramer.training.SplitConfig;
import io.loramer.training.Utterance;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What stays together when a corpus is divided into folds. */
public enum FoldsBy {
  SESSION,
  SPEAKER;

  /** Returns the word of the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Optional<String> name(Utterance utterance) {
    return this == SESSION ? utterance.session() : Optional.of(utterance.speaker());
  }

  SplitConfig split(List<String> names) {
    return this == SESSION ? new SplitConfig(List.of(), names) : new SplitConfig(names, List.of());
  }
}
