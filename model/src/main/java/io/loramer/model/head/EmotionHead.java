package io.loramer.model.head;

import io.loramer.model.information.Marginals;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/** What stands on top of the encoders: from encoded utterances to emotions, and to the loss. */
public sealed interface EmotionHead permits LoraMerHead, SingleModalityHead {

  /**
   * Makes the head for these encoders: LoRA-MER's for audio and text; for one of them, the head of
   * the paper's table 1, without fusion and mutual information.
   *
   * @param encoders by what they encode
   * @param labels how many emotions there are
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
   * Builds the way forward.
   *
   * @param encoded a sequence for each encoder of the head
   * @param speakers int32 [B], {@link SpeakerConfig#row}; empty takes all for unknown, and must be
   *     for a head that is not told who speaks
   * @throws IllegalArgumentException if a sequence is missing, or its rank is not what {@link
   *     HeadConfig#layers} needs, or speakers are given and not needed
   */
  HeadOutputs emotions(
      Ops tf, Map<Modality, Sequence> encoded, Optional<Operand<TInt32>> speakers, Dropout dropout);

  /**
   * Builds the loss.
   *
   * @param labels int32 [B], each in [0, C)
   * @param shuffle int32 [B], a permutation without fixed points, for a head of two modalities and
   *     {@link Marginals#SHUFFLE}; empty for any other
   * @throws IllegalArgumentException if the permutation is missing, or given and not needed
   */
  Losses losses(
      Ops tf, HeadOutputs emotions, Operand<TInt32> labels, Optional<Operand<TInt32>> shuffle);
}
