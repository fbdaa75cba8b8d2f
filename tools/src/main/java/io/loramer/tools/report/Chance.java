package io.loramer.tools.report;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.loramer.recognition.measures.Prediction;
import java.util.Collections;
import java.util.List;

/**
 * The scores of an answer that does not depend on the utterance.
 *
 * @param labels the number of labels
 * @param weightedAccuracy of always answering the label that most utterances have
 */
record Chance(int labels, double weightedAccuracy) {
  /** Returns the scores for utterances, of which there is at least one. */
  static Chance of(int labels, List<Prediction> tested) {
    long most =
        Collections.max(
            tested.stream().collect(groupingBy(Prediction::label, counting())).values());
    return new Chance(labels, (double) most / tested.size());
  }

  /** Returns the unweighted accuracy, and the recall of each label, of a guess at random. */
  double unweightedAccuracy() {
    return 1.0 / labels;
  }
}
