package io.loramer.model.head;

import java.util.Locale;

/** What an utterance is encoded from. */
public enum Modality {
  AUDIO,
  TEXT;

  /** Returns the first part of the names of this modality's variables, and its graph scope. */
  public String scope() {
    return name().toLowerCase(Locale.ROOT);
  }
}
