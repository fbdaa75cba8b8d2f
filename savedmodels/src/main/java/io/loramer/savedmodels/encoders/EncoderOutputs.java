package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.EncoderSignature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * The outputs of an encoder.
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
   * Creates the outputs from the hidden states.
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

  /** Returns the outputs by their names in {@link EncoderSignature}. */
  Map<String, Operand<?>> named(Ops tf) {
    Map<String, Operand<?>> named = new LinkedHashMap<>();
    put(named, tf, EncoderSignature.LAST_HIDDEN_STATE, lastHiddenState);
    put(named, tf, EncoderSignature.HIDDEN_STATES, hiddenStates);
    frameMask.ifPresent(mask -> put(named, tf, EncoderSignature.FRAME_MASK, mask));
    logits.ifPresent(scores -> put(named, tf, EncoderSignature.LOGITS, scores));
    return named;
  }

  private static void put(
      Map<String, Operand<?>> named, Ops tf, String name, Operand<? extends TType> output) {
    named.put(name, tf.withName(name).identity(output));
  }
}
