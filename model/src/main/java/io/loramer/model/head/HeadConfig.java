package io.loramer.model.head;

import io.loramer.model.information.MineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The configuration of a head.
 *
 * @param size D: the output channels of the pointwise convolutions, and the features of all layers
 *     after them
 * @param attentionSize the hidden units of the pooling's attention; empty: as many as the pooled
 *     features
 * @param layers the hidden states that the head takes
 * @param pooling before or after the convolutions
 * @param dropout the probability of dropping a unit, in the projection and the classifier
 * @param mine the mutual information; ignored by a head of one modality
 * @param speaker the classifier's input for the speaker
 */
public record HeadConfig(
    int size,
    OptionalInt attentionSize,
    Layers layers,
    PoolingOrder pooling,
    float dropout,
    MineConfig mine,
    SpeakerConfig speaker) {

  public HeadConfig {
    List<String> problems = new ArrayList<>();
    if (size < 1) {
      problems.add("size: expected a positive number, found " + size);
    }
    if (attentionSize.isPresent() && attentionSize.getAsInt() < 1) {
      problems.add("attention_size: expected a positive number, found " + attentionSize.getAsInt());
    }
    if (pooling == PoolingOrder.AFTER_CONVOLUTIONS && size % 2 != 0) {
      problems.add(
          "size: expected an even number, half for the mean and half for the deviation that"
              + " pooling AFTER_CONVOLUTIONS puts out, found "
              + size);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      problems.add("dropout: expected a number in [0, 1), found " + dropout);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * Returns the paper's head; dropout and attention size, which the paper does not state, are ours.
   */
  public static HeadConfig defaults() {
    return new HeadConfig(
        256,
        OptionalInt.empty(),
        Layers.LAST,
        PoolingOrder.BEFORE_CONVOLUTIONS,
        0.1f,
        MineConfig.defaults(),
        SpeakerConfig.none());
  }

  /** Returns this configuration with these speakers. */
  public HeadConfig withSpeakers(List<String> speakers) {
    return new HeadConfig(
        size,
        attentionSize,
        layers,
        pooling,
        dropout,
        mine,
        new SpeakerConfig(speaker.size(), speakers));
  }
}
