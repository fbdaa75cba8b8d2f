package io.loramer.training.experiments;

import io.loramer.recognition.corpus.Split;

/** Whose utterances choose the best epoch of a fold's run. */
public enum Protocol {
  /** Those of the next fold. The fold that measures is looked at once. */
  CLEAN(
      Split.TEST,
      3,
      "clean: the best epoch of each run was chosen on a fold that is not the tested"),
  /**
   * Those of the fold that measures, as in the authors' code. Such a run has a validation split and
   * no test split: its numbers are the best of as many as there were epochs.
   */
  PAPER(
      Split.VALIDATION,
      2,
      "PAPER: the best epoch of each run was chosen on the tested fold itself, as in the authors'"
          + " code; these numbers are too good, and not to be set beside clean ones");

  private final Split measured;
  private final int fewestFolds;
  private final String note;

  Protocol(Split measured, int fewestFolds, String note) {
    this.measured = measured;
    this.fewestFolds = fewestFolds;
    this.note = note;
  }

  /** Returns the split of a run that holds its fold. */
  public Split measured() {
    return measured;
  }

  /** Returns how many folds leave one to train on. */
  int fewestFolds() {
    return fewestFolds;
  }

  /** Returns what has to be said beside every number. */
  public String note() {
    return note;
  }
}
