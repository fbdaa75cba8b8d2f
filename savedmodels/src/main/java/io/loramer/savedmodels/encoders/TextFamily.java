package io.loramer.savedmodels.encoders;

/** The text encoders: one architecture, but for how positions are counted. */
enum TextFamily {
  /** Positions count from the padding token's id on, padding left out. XLM-RoBERTa too. */
  ROBERTA(1),
  /** Positions count from 0. */
  BERT(0);

  private final int padId;

  TextFamily(int padId) {
    this.padId = padId;
  }

  /** Returns the token that pads where {@code config.json} names none. */
  int padId() {
    return padId;
  }
}
