package io.loramer.recognition.corpus;

/** The source of the words of utterances. */
public enum TextSource {
  /** The manifest's text, transcribed or recognised. */
  TRANSCRIPT,
  /** Speech recognition, even if there is a transcript. */
  ASR,
  /** No words: the empty text. */
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
