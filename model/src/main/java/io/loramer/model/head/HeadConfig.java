package io.loramer.model.head;

import io.loramer.model.information.MineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The choices in a head.
 *
 * @param size D: output channels of the pointwise convolutions, and features of all that follows
 * @param attentionSize hidden units of the pooling's attention; empty: as many as what is pooled
 *     has features
 * @param layers which hidden states feed the head
 * @param pooling before or after the convolutions
 * @param dropout probability of dropping, in the projection and the classifier
 * @param mine of the mutual information, which a head of one modality does without
 * @param speaker of what the classifier is told beside the features
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

  /** The paper's head; dropout and attention size, which it does not state, are ours. */
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

  /** Returns the same of a head that knows these speakers. */
  public HeadConfig knowing(List<String> speakers) {
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
