package io.loramer.model.head;

import io.loramer.model.information.Marginals;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** The layers above the encoders: from hidden states to the outputs and the loss. */
public sealed interface EmotionHead permits LoraMerHead, SingleModalityHead {

  /**
   * Creates the head for these encoders: LoRA-MER's for audio and text; for one of them, that of
   * the paper's table 1, without fusion and mutual information.
   *
   * @param variables takes in the head's variables, trainable
   * @param encoders the size of each modality's encoder
   * @param labels the number of emotions C
   * @throws IllegalArgumentException if there is no encoder, fewer than two labels, or an encoder
   *     has too few layers for the config
   */
  static EmotionHead create(
      Variables variables, HeadConfig config, Map<Modality, EncoderSize> encoders, int labels) {
    if (encoders.isEmpty() || labels < 2) {
      throw new IllegalArgumentException(
          "head: expected at least one encoder and two labels, found %d and %d"
              .formatted(encoders.size(), labels));
    }
    if (encoders.size() == 1) {
      var only = encoders.entrySet().iterator().next();
      return new SingleModalityHead(variables, config, only.getKey(), only.getValue(), labels);
    }
    return new LoraMerHead(
        variables, config, encoders.get(Modality.AUDIO), encoders.get(Modality.TEXT), labels);
  }

  /**
   * Builds a forward pass.
   *
   * @param encoded a sequence for each encoder of the head
   * @param speakers int32 [B], {@link SpeakerConfig#row}; empty takes all for unknown, and is
   *     required for a head without {@link SpeakerConfig#size}
   * @throws IllegalArgumentException if a sequence is missing, or its rank is not that which {@link
   *     HeadConfig#layers} requires, or speakers are given and not needed
   */
  HeadOutputs forward(
      Ops tf, Map<Modality, Sequence> encoded, Optional<Operand<TInt32>> speakers, Dropout dropout);

  /**
   * Builds the loss of a forward pass.
   *
   * @param labels int32 [B], each in [0, C)
   * @param shuffle int32 [B], a permutation without fixed points, for a head of two modalities and
   *     {@link Marginals#SHUFFLE}; empty for any other
   * @throws IllegalArgumentException if the permutation is missing, or given and not needed
   */
  Losses losses(
      Ops tf, HeadOutputs outputs, Operand<TInt32> labels, Optional<Operand<TInt32>> shuffle);
}
