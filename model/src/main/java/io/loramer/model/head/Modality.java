package io.loramer.model.head;

import java.util.Locale;

/** The modalities of an utterance. */
public enum Modality {
  AUDIO,
  TEXT;

  /** Returns the first part of the names of this modality's variables, and its graph scope. */
  public String scope() {
    return name().toLowerCase(Locale.ROOT);
  }
}
