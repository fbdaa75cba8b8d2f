package io.loramer.model.head;

import io.loramer.savedmodels.imports.EncoderStates;

/**
 * The sizes of an encoder that the head is built for.
 *
 * @param hiddenSize H, the features of each frame or token
 * @param layers the number of transformer layers; there is one hidden state more, the embeddings
 */
public record EncoderSize(int hiddenSize, int layers) {
  public EncoderSize {
    if (hiddenSize < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "encoder: expected a positive hidden size and number of layers, found %d and %d"
              .formatted(hiddenSize, layers));
    }
  }

  /**
   * Returns the sizes of an encoder. One that outputs its last hidden state only, as Hugging Face's
   * TF classes may, counts as one layer.
   */
  public static EncoderSize of(EncoderStates states) {
    return new EncoderSize(states.hiddenSize(), Math.max(1, states.count() - 1));
  }
}
