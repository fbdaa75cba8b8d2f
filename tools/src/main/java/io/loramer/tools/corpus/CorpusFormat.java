package io.loramer.tools.corpus;

/** How a corpus is distributed, by the words of {@code --format}. */
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
