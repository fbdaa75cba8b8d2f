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
 * The signature {@code explain}: that of {@code serving_default}, by the same nodes, and what the
 * pooling attended to. Of the modalities that the model has, {@code audio_attention} float32 [B, T]
 * over the speech encoder's frames, of which {@code audio_frames} int32 [B] are the clip's, and
 * {@code text_attention} float32 [B, S] over the tokens. A row sums to 1 and is 0 on padding.
 */
final class Explanation {
  private Explanation() {}

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
