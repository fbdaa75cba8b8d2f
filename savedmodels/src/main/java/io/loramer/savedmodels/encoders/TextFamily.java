package io.loramer.savedmodels.encoders;

/** The text encoders: one architecture, except for how positions are counted. */
enum TextFamily {
  /** Positions count from after the padding token's id, without padding. XLM-RoBERTa too. */
  ROBERTA(1),
  /** Positions count from 0. */
  BERT(0);

  private final int padId;

  TextFamily(int padId) {
    this.padId = padId;
  }

  /** Returns the padding token if {@code config.json} names none. */
  int padId() {
    return padId;
  }
}
