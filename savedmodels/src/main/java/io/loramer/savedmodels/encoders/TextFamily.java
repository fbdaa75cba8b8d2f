package io.loramer.savedmodels.encoders;

/** The text encoders: one architecture, but for how positions are counted. */
enum TextFamily {
  /** Positions count from the padding token's id on, padding left out. XLM-RoBERTa too. */
  ROBERTA,
  /** Positions count from 0. */
  BERT
}
