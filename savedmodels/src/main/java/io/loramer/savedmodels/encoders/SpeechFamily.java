package io.loramer.savedmodels.encoders;

/** The speech encoders: one architecture, except for WavLM's position bias. */
enum SpeechFamily {
  WAVLM,
  HUBERT,
  WAV2VEC2
}
