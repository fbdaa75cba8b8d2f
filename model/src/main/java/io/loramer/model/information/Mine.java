package io.loramer.model.information;

import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The network T of Mutual Information Neural Estimation: {@code T(x, z) = w · relu(W [x; z] + b) +
 * c}. It scores how likely x and z belong together; {@link PairScores} computes bounds from the
 * scores.
 *
 * <p>{@code W [x; z] = W_x x + W_z z}: the products are taken once per utterance, and B² pairs cost
 * B² additions.
 *
 * @see <a href="https://arxiv.org/abs/1801.04062">Belghazi et al. 2018</a>, the paper's section 2.3
 */
final class Mine {
  private final Operand<TFloat32> weight; // W [hidden, 2D]
  private final Operand<TFloat32> bias; // b [hidden]
  private final Dense score; // w [1, hidden], c [1]

  /**
   * Creates the variables of T.
   *
   * @param features D, the size of x and of z
   */
  Mine(Variables variables, int features, int hidden) {
    int in = 2 * features;
    Variables first = variables.scope("0");
    weight = first.trainable("weight", Shape.of(hidden, in), VariableInitializer.fanIn(in));
    bias = first.trainable("bias", Shape.of(hidden), VariableInitializer.fanIn(in));
    score = new Dense(variables.scope("1"), hidden, 1);
  }

  /** The two halves of the hidden layer, before they are added: each float32 [B, hidden]. */
  private record Halves(Operand<TFloat32> x, Operand<TFloat32> z) {}

  /**
   * Scores every pair of the batch.
   *
   * @param x float32 [B, D]
   * @param z float32 [B, D]; the row i belongs to the row i of x
   * @return the marginal pairs are all (i, j) with j ≠ i: [B, B − 1]
   */
  PairScores allPairs(Ops tf, Operand<TFloat32> x, Operand<TFloat32> z) {
    Halves halves = halves(tf, x, z);
    var rows = tf.expandDims(halves.x, tf.constant(1)); // [B, 1, hidden]
    var columns = tf.expandDims(halves.z, tf.constant(0)); // [1, B, hidden]
    var square = scores(tf.withSubScope("marginal"), rows, columns); // [B, B]
    var joint = scores(tf.withSubScope("joint"), halves.x, halves.z); // [B]
    return new PairScores(joint, offDiagonal(tf, square));
  }

  /**
   * Scores each pair that belongs together, and one other for each x.
   *
   * @param x float32 [B, D]
   * @param z float32 [B, D]; the row i belongs to the row i of x
   * @param permutation int32 [B]: the row of z that replaces the row's own
   * @return the marginal pairs are (i, permutation(i)): [B, 1]
   */
  PairScores shuffled(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> z, Operand<TInt32> permutation) {
    Halves halves = halves(tf, x, z);
    var other = tf.gather(halves.z, permutation, tf.constant(0));
    var marginal = scores(tf.withSubScope("marginal"), halves.x, other); // [B]
    var joint = scores(tf.withSubScope("joint"), halves.x, halves.z); // [B]
    return new PairScores(joint, tf.expandDims(marginal, tf.constant(1)));
  }

  private Halves halves(Ops tf, Operand<TFloat32> x, Operand<TFloat32> z) {
    List<? extends Operand<TFloat32>> weights = tf.split(tf.constant(1), weight, 2L).output();
    return new Halves(
        tf.nn.biasAdd(Dense.times(tf, x, weights.get(0)), bias),
        Dense.times(tf, z, weights.get(1)));
  }

  /** Computes the scores [...] from halves that broadcast to [..., hidden]. */
  private Operand<TFloat32> scores(Ops tf, Operand<TFloat32> x, Operand<TFloat32> z) {
    var hidden = tf.nn.relu(tf.math.add(x, z));
    return tf.squeeze(score.apply(tf, hidden), Squeeze.axis(-1L));
  }

  /** Drops the diagonal of [B, B], to [B, B − 1]; its op has no C++ gradient in TensorFlow. */
  private static Operand<TFloat32> offDiagonal(Ops tf, Operand<TFloat32> square) {
    var size = tf.stridedSlice(tf.shape(square), Indices.at(0)); // B
    var one = tf.constant(1);
    var fewer = tf.math.sub(size, one);
    // After its first element, the flat matrix is B − 1 times: B others, then one of the diagonal.
    var flat =
        tf.stridedSlice(tf.reshape(square, tf.constant(new int[] {-1})), Indices.sliceFrom(1));
    var rows = tf.reshape(flat, tf.stack(List.of(fewer, tf.math.add(size, one))));
    var others = tf.stridedSlice(rows, Indices.all(), Indices.sliceTo(-1));
    return tf.reshape(others, tf.stack(List.of(size, fewer)));
  }
}
