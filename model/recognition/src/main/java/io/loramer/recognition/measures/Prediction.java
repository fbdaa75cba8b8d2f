package io.loramer.recognition.measures;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import java.util.Optional;

/**
 * A model's output for an utterance whose emotion is known: a line of {@code predictions.jsonl}.
 *
 * @param split of the run that the utterance is in; absent outside a run
 * @param label the true emotion
 */
public record Prediction(
    String id, Optional<Split> split, String speaker, String label, Recognition recognized) {

  /** Returns the prediction of an utterance outside a run. */
  public static Prediction of(Utterance utterance, Recognition recognized) {
    return new Prediction(
        utterance.id(), Optional.empty(), utterance.speaker(), utterance.label(), recognized);
  }

  /** Returns this prediction with a run's split. */
  public Prediction in(Split other) {
    return new Prediction(id, Optional.of(other), speaker, label, recognized);
  }

  /** Returns the cross-entropy of this prediction in nats. */
  double crossEntropy() {
    // A probability that underflowed to 0 would make the mean infinite.
    return -Math.log(Math.max(recognized.probabilities().get(label), Float.MIN_NORMAL));
  }
}
