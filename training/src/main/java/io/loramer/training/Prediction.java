package io.loramer.training;

/**
 * What a model says of an utterance whose emotion is known: a line of {@code predictions.jsonl}.
 *
 * @param label the true emotion
 */
public record Prediction(String id, String speaker, String label, Recognition recognized) {

  static Prediction of(Utterance utterance, Recognition recognized) {
    return new Prediction(utterance.id(), utterance.speaker(), utterance.label(), recognized);
  }

  /** Returns the cross-entropy of this prediction in nats. */
  double crossEntropy() {
    // A probability that underflowed to 0 would make the mean infinite.
    return -Math.log(Math.max(recognized.probabilities().get(label), Float.MIN_NORMAL));
  }
}
