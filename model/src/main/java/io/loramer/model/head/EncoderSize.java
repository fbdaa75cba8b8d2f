package io.loramer.model.head;

import io.loramer.savedmodels.imports.EncoderStates;

/**
 * What the head must know of an encoder.
 *
 * @param hiddenSize features of each frame or token, H
 * @param layers transformer layers; it has one hidden state more, the embeddings
 */
public record EncoderSize(int hiddenSize, int layers) {
  public EncoderSize {
    if (hiddenSize < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "encoder: expected a positive hidden size and number of layers, found %d and %d"
              .formatted(hiddenSize, layers));
    }
  }

  /** An encoder of Hugging Face's TF classes may give its last hidden state only: one layer. */
  public static EncoderSize of(EncoderStates states) {
    return new EncoderSize(states.hiddenSize(), Math.max(1, states.count() - 1));
  }
}
