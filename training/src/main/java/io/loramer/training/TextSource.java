package io.loramer.training;

/** Where the words of utterances come from. */
public enum TextSource {
  /** The manifest, whoever wrote them. */
  TRANSCRIPT,
  /** Speech recognition, also where there is a transcript. */
  ASR,
  /** Nowhere: they are left out. */
  NONE
}
