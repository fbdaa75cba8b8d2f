package io.loramer.recognition.corpus;

/** Where the words of utterances come from. */
public enum TextSource {
  /** The manifest, whoever wrote them. */
  TRANSCRIPT,
  /** Speech recognition, also where there is a transcript. */
  ASR,
  /** Nowhere: they are left out. */
  NONE;

  /** Returns whether an utterance lacks the text of this source. */
  public boolean isMissingFrom(Utterance utterance) {
    return switch (this) {
      case TRANSCRIPT -> utterance.text().isEmpty();
      case ASR -> utterance.textConfidence().isEmpty();
      case NONE -> false;
    };
  }
}
