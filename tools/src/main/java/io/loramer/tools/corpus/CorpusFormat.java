package io.loramer.tools.corpus;

/** The formats in which corpora are distributed: the values of {@code --format}. */
enum CorpusFormat {
  IEMOCAP,
  MELD,
  RAVDESS,
  EMODB,
  CREMAD,
  TESS,
  NEMO,
  EMOBOX,
  FOLDERS,
  CSV
}
