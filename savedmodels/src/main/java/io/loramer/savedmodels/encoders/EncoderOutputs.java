package io.loramer.savedmodels.encoders;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What an encoder gives.
 *
 * @param lastHiddenState float32 [B, T, H]
 * @param hiddenStates float32 [layers + 1, B, T, H]: the input of each layer, then the output
 * @param frameMask int32 [B, T], 1 for a valid frame; speech only
 * @param logits float32 [B, T, vocabulary]; speech with a CTC head only
 */
record EncoderOutputs(
    Operand<TFloat32> lastHiddenState,
    Operand<TFloat32> hiddenStates,
    Optional<Operand<TInt32>> frameMask,
    Optional<Operand<TFloat32>> logits) {

  /**
   * Makes the outputs.
   *
   * @param states float32 [B, T, H] each
   */
  static EncoderOutputs of(
      Ops tf,
      List<Operand<TFloat32>> states,
      Optional<Operand<TInt32>> frameMask,
      Optional<Operand<TFloat32>> logits) {
    return new EncoderOutputs(states.get(states.size() - 1), tf.stack(states), frameMask, logits);
  }

  /** Gives the outputs the names of the encoder SavedModel's contract. */
  Map<String, Operand<?>> named(Ops tf) {
    Map<String, Operand<?>> named = new LinkedHashMap<>();
    named.put("last_hidden_state", tf.withName("last_hidden_state").identity(lastHiddenState));
    named.put("hidden_states", tf.withName("hidden_states").identity(hiddenStates));
    frameMask.ifPresent(mask -> named.put("frame_mask", tf.withName("frame_mask").identity(mask)));
    logits.ifPresent(l -> named.put("logits", tf.withName("logits").identity(l)));
    return named;
  }
}
