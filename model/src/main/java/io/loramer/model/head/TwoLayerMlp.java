package io.loramer.model.head;

import io.loramer.model.information.Dense;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Two dense layers with ReLU and dropout between them: the paper's projection and its classifier.
 *
 * <p>The projection is two pointwise Conv1D in the paper. A convolution with a kernel of one frame
 * is a dense layer on each frame, and is stored as one: weight [out, in], which is PyTorch's {@code
 * Conv1d} weight [out, in, 1] without its last axis. ReLU and dropout are our choice, as is the
 * depth of the classifier: the paper states "several linear layers".
 */
final class TwoLayerMlp {
  private final Dense first;
  private final Dense second;
  private final float dropoutRate;

  TwoLayerMlp(Variables variables, int in, int hidden, int out, float dropoutRate) {
    first = new Dense(variables.scope("0"), in, hidden);
    second = new Dense(variables.scope("1"), hidden, out);
    this.dropoutRate = dropoutRate;
  }

  /**
   * Maps a vector, or each frame of a sequence.
   *
   * @param x float32 [..., in]
   * @return float32 [..., out]
   */
  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x, Dropout dropout) {
    var hidden = tf.nn.relu(first.apply(tf, x));
    return second.apply(tf, dropout.apply(tf, hidden, dropoutRate));
  }
}
