package io.loramer.training.export;

import io.loramer.model.EmotionSignature;
import io.loramer.model.ForwardPass;
import io.loramer.model.head.Modality;
import io.loramer.savedmodels.MetaGraph.CallSignature;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;

/**
 * The signature {@code explain}: {@code serving_default} with the pooling's attention weights.
 *
 * <p>For each modality of the model these are {@code audio_attention} float32 [B, T] over the
 * speech encoder's frames with {@code audio_frames} int32 [B], the number of the clip's own frames,
 * and {@code text_attention} float32 [B, S] over the tokens. A row sums to 1 and is 0 on padding.
 * The other outputs come from the nodes of {@code serving_default}.
 */
final class Explanation {
  private Explanation() {}

  /** Returns the signature, given that of {@code serving_default}. */
  static CallSignature signature(Ops tf, CallSignature serving, ForwardPass pass) {
    Map<String, Operand<?>> outputs = new LinkedHashMap<>(serving.outputs());
    pass.outputs()
        .features()
        .forEach(
            (modality, features) -> {
              if (modality == Modality.AUDIO) {
                outputs.put(EmotionSignature.AUDIO_ATTENTION, features.attention());
                outputs.put(
                    EmotionSignature.AUDIO_FRAMES, tf.reduceSum(features.mask(), tf.constant(1)));
              } else {
                outputs.put(EmotionSignature.TEXT_ATTENTION, features.attention());
              }
            });
    return new CallSignature(EmotionSignature.EXPLAIN, serving.inputs(), outputs);
  }
}
