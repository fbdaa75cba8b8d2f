package io.loramer.savedmodels.optimize;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** The derivatives of GELU and of matrix products, built from TensorFlow's ops. */
final class Derivatives {
  /** An Einsum of two batches of matrices, such as {@code bnqk,bnkd->bnqd}. */
  static final Pattern PRODUCT = Pattern.compile("(\\w*)(\\w)(\\w),\\1\\3(\\w)->\\1\\2\\4");

  private Derivatives() {}

  /** Returns dx of GELU; with z = x √½: {@code dx = dy · ½ (1 + erf(z) + 2/√π z exp(−z²))}. */
  static Operand<TFloat32> gelu(Ops tf, Operand<TFloat32> x, Operand<TFloat32> dy) {
    var z = tf.math.mul(x, tf.constant((float) Math.sqrt(0.5)));
    var density = tf.math.exp(tf.math.neg(tf.math.square(z)));
    var slope = tf.math.mul(tf.math.mul(z, tf.constant((float) (2 / Math.sqrt(Math.PI)))), density);
    var sum = tf.math.add(tf.math.add(tf.math.erf(z), slope), tf.constant(1f));
    return tf.math.mul(tf.math.mul(dy, tf.constant(0.5f)), sum);
  }

  /**
   * Returns the gradients of a product's two factors.
   *
   * @param product a MatMul that does not transpose its first factor, or an Einsum that {@link
   *     #PRODUCT} matches
   * @param first its first factor
   * @param dy the gradient of the product
   */
  static <T extends TType> List<Operand<T>> factors(
      Ops tf, GraphOperation product, Operand<T> first, Operand<T> dy) {
    Output<T> second = product.input(1).expect(dy.type());
    if (product.type().equals("Einsum")) {
      Matcher indices = PRODUCT.matcher(product.attributes().getAttrString("equation"));
      String ofFirst = indices.replaceFirst("$1$2$4,$1$3$4->$1$2$3");
      String ofSecond = indices.replaceFirst("$1$2$3,$1$2$4->$1$3$4");
      return List.of(
          tf.linalg.einsum(List.of(dy, second), ofFirst),
          tf.linalg.einsum(List.of(first, dy), ofSecond));
    }
    boolean transposed = product.attributes().getAttrBool("transpose_b");
    var ofSecond =
        transposed
            ? tf.linalg.matMul(dy, first, MatMul.transposeA(true))
            : tf.linalg.matMul(first, dy, MatMul.transposeA(true));
    return List.of(tf.linalg.matMul(dy, second, MatMul.transposeB(!transposed)), ofSecond);
  }

  /**
   * Returns a tensor of the forward pass, available only once a gradient has been computed.
   *
   * <p>Without this, TensorFlow could compute what depends on the tensor already during the forward
   * pass, and would then keep the result in memory. The dependency is a shape that is multiplied by
   * the sign of the gradient's size: TensorFlow's gradient builder drops control inputs, and
   * Grappler splits an {@code IdentityN}.
   */
  static <T extends TType> Operand<T> after(Ops tf, Output<?> gradient, Output<T> tensor) {
    var one = tf.math.sign(tf.size(gradient));
    return tf.reshape(tensor, tf.math.mul(tf.shape(tensor), one));
  }
}
