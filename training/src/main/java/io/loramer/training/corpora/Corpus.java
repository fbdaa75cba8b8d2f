package io.loramer.training.corpora;

import java.io.IOException;

/**
 * A corpus as it is distributed.
 *
 * <p>The readers of published corpora give the same emotion the same label: {@code anger}, {@code
 * boredom}, {@code calm}, {@code disgust}, {@code excitement}, {@code fear}, {@code frustration},
 * {@code happiness}, {@code neutral}, {@code sadness}, {@code surprise}.
 */
public sealed interface Corpus
    permits CremaD, CsvCorpus, EmoBox, EmoDb, FolderPerLabel, Iemocap, Meld, Nemo, Ravdess, Tess {

  /**
   * Reads the corpus's tables, transcripts or file names; does not open the clips.
   *
   * @throws IOException if the folder or file holds no such corpus, with all problems of its files
   */
  CorpusContents read() throws IOException;

  /** Returns the labels that are used by default. */
  default LabelChoice usualLabels() {
    return LabelChoice.ALL;
  }
}
