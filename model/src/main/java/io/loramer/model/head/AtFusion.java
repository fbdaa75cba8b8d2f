package io.loramer.model.head;

import io.loramer.model.information.Dense;
import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;

/**
 * AT-fusion: a weighted sum of audio and text whose weights follow from their features. The paper's
 * equations 2 to 4, without bias:
 *
 * <pre>
 *   f_cat = [f_a f_t]      alpha = softmax(w_fᵀ tanh(W_f f_cat))      h = f_cat alphaᵀ
 * </pre>
 */
final class AtFusion {
  private final Operand<TFloat32> hiddenWeight; // W_f [D, D]
  private final Operand<TFloat32> scoreWeight; // w_fᵀ [1, D]

  AtFusion(Variables variables, int size) {
    hiddenWeight =
        variables.trainable("W_f", Shape.of(size, size), VariableInitializer.fanIn(size));
    scoreWeight = variables.trainable("w_f", Shape.of(1, size), VariableInitializer.fanIn(size));
  }

  /**
   * The fused modalities.
   *
   * @param h float32 [B, D]
   * @param weights float32 [B, 2]: the shares of audio and text, which sum to 1
   */
  record Fused(Operand<TFloat32> h, Operand<TFloat32> weights) {}

  /**
   * Fuses the features of audio and text.
   *
   * @param audio f_a, float32 [B, D]
   * @param text f_t, float32 [B, D]
   */
  Fused fuse(Ops tf, Operand<TFloat32> audio, Operand<TFloat32> text) {
    var both = tf.withName("f_cat").stack(List.of(audio, text), Stack.axis(1L)); // [B, 2, D]
    var hidden = tf.math.tanh(Dense.times(tf, both, hiddenWeight)); // [B, 2, D]
    var scores =
        tf.withName("scores").squeeze(Dense.times(tf, hidden, scoreWeight), Squeeze.axis(2L));
    var weights = tf.nn.softmax(scores); // [B, 2]
    return new Fused(tf.linalg.einsum(List.of(weights, both), "bm,bmd->bd"), weights);
  }
}
