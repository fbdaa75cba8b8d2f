package io.loramer.training.experiments;

import io.loramer.recognition.corpus.Split;

/** The utterances that choose the best epoch of a fold's run. */
public enum Protocol {
  /** Those of the next fold. The tested fold is evaluated once, at the end. */
  CLEAN(
      Split.TEST,
      3,
      "clean: the best epoch of each run was chosen on another fold than the tested one"),
  /**
   * Those of the tested fold, as in the authors' code. Such a run has a validation split and no
   * test split: its numbers are the best of all its epochs.
   */
  PAPER(
      Split.VALIDATION,
      2,
      "PAPER: the best epoch of each run was chosen on the tested fold itself, as in the authors'"
          + " code; these numbers are too good, and not comparable with clean ones");

  private final Split measured;
  private final int fewestFolds;
  private final String note;

  Protocol(Split measured, int fewestFolds, String note) {
    this.measured = measured;
    this.fewestFolds = fewestFolds;
    this.note = note;
  }

  /** Returns the split of a run that holds the tested fold. */
  public Split measured() {
    return measured;
  }

  /** Returns the smallest number of folds that leaves one for training. */
  int fewestFolds() {
    return fewestFolds;
  }

  /** Returns why there are no fewer folds than {@link #fewestFolds}. */
  String whyFewestFolds() {
    return this == CLEAN
        ? "a run is tested on one fold, chooses its best epoch on another and is trained on the"
            + " rest; --protocol paper, which chooses it on the tested fold, takes 2"
        : "a run is tested on one fold and trained on the rest";
  }

  /** Returns the note that must accompany every number. */
  public String note() {
    return note;
  }
}
