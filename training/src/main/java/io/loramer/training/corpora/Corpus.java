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
   * Reads what the corpus says of its utterances; does not open the clips.
   *
   * @throws IOException if there is no such corpus, with all that is wrong with its files
   */
  CorpusContents read() throws IOException;

  /** Returns which labels are used where nobody asks for others. */
  default LabelChoice usualLabels() {
    return LabelChoice.ALL;
  }
}
