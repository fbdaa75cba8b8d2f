package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.optimize.CustomGradients.Typed;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import java.util.regex.Matcher;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Gives GELU and dropout gradients that compute anew, when the gradient arrives, what TensorFlow
 * would keep for them since the forward pass: of GELU only its input is kept, of dropout a byte for
 * each element; and of a product with what dropout let through neither that nor its mask.
 *
 * @see <a href="https://arxiv.org/abs/1604.06174">Chen et al. 2016, Training Deep Nets with
 *     Sublinear Memory Cost</a>
 */
public final class Rematerialization {
  private Rematerialization() {}

  /** Rewrites a graph for training, which has no {@code IdentityN} yet. */
  public static void rewrite(GraphDefEditor graph) {
    ElementwiseParts parts = new ElementwiseParts(graph);
    CustomGradients gradients = new CustomGradients(graph);
    for (ElementwiseParts.Gelu gelu : parts.gelus()) {
      gradients.give(
          Typed.float32(gelu.value().getName()), "gelu_gradient", List.of(Typed.float32(gelu.x())));
    }
    for (ElementwiseParts.Dropped dropped : parts.dropouts()) {
      if (dropped.product().isPresent()) {
        NodeDef.Builder product = dropped.product().get();
        gradients.give(
            Typed.float32(product.getName()),
            "dropped_product_gradient",
            List.of(Typed.float32(dropped.x()), Typed.float32(product.getInput(1))));
      } else {
        gradients.give(
            Typed.float32(dropped.value().getName()),
            "dropout_gradient",
            List.of(Typed.float32(dropped.x())));
      }
    }
    for (NodeDef.Builder node : graph.nodes()) {
      if (node.getOp().equals("Square")) {
        node.setOp("Mul").addInput(node.getInput(0)); // the gradient of Square keeps 2x beside x
      }
    }
    gradients.finish();
  }

  static List<Operand<?>> gelu(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    Output<TFloat32> x = inputs.get(0).expect(TFloat32.class);
    return List.of(ofGelu(tf, once(tf, dy, x), dy.expect(TFloat32.class)));
  }

  static List<Operand<?>> dropout(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    Dropped dropped = Dropped.of(value);
    var scaled = tf.math.mul(dy.expect(TFloat32.class), dropped.scale);
    return List.of(tf.math.mul(scaled, dropped.mask(tf, dy)));
  }

  static List<Operand<?>> product(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    Dropped dropped = Dropped.of(CustomGradients.operation(value, 0));
    var mask = dropped.mask(tf, dy);
    var scaled = tf.math.mul(dy.expect(TFloat32.class), dropped.scale); // here, where it is small
    var let = tf.math.mul(dropped.x, mask);
    List<Operand<TFloat32>> factors = ofFactors(tf, value, let, scaled);
    return List.of(tf.math.mul(factors.get(0), mask), factors.get(1));
  }

  /**
   * Returns a tensor as soon as the gradient is there: what is computed of it could be computed in
   * the forward pass too, and then would be kept. A shape that the gradient goes into lets it wait;
   * control inputs are dropped by the builder of gradients, and an {@code IdentityN} by Grappler.
   */
  static <T extends TType> Operand<T> once(Ops tf, Output<?> gradient, Output<T> kept) {
    var one = tf.math.sign(tf.size(gradient));
    return tf.reshape(kept, tf.math.mul(tf.shape(kept), one));
  }

  /** With z = x √½: {@code dx = dy · ½ (1 + erf(z) + 2/√π z exp(−z²))}. */
  static Operand<TFloat32> ofGelu(Ops tf, Operand<TFloat32> x, Operand<TFloat32> dy) {
    var z = tf.math.mul(x, tf.constant((float) Math.sqrt(0.5)));
    var density = tf.math.exp(tf.math.neg(tf.math.square(z)));
    var slope = tf.math.mul(tf.math.mul(z, tf.constant((float) (2 / Math.sqrt(Math.PI)))), density);
    var sum = tf.math.add(tf.math.add(tf.math.erf(z), slope), tf.constant(1f));
    return tf.math.mul(tf.math.mul(dy, tf.constant(0.5f)), sum);
  }

  /**
   * Returns the gradients of a product's two factors.
   *
   * @param product a MatMul that does not transpose its first factor, or an Einsum of {@link
   *     ElementwiseParts#EQUATION}
   * @param first its first factor
   */
  static <T extends TType> List<Operand<T>> ofFactors(
      Ops tf, GraphOperation product, Operand<T> first, Operand<T> dy) {
    Output<T> second = product.input(1).expect(dy.type());
    if (product.type().equals("Einsum")) {
      Matcher indices =
          ElementwiseParts.EQUATION.matcher(product.attributes().getAttrString("equation"));
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

  /** Dropout that was found again in the graph: {@code x · (keep · scale)}. */
  private record Dropped(Output<TFloat32> x, Output<TBool> keep, Output<TFloat32> scale) {
    static Dropped of(GraphOperation dropped) {
      GraphOperation scaled = CustomGradients.operation(dropped, 1);
      return new Dropped(
          dropped.input(0).expect(TFloat32.class),
          CustomGradients.operation(scaled, 0).input(0).expect(TBool.class),
          scaled.input(1).expect(TFloat32.class));
    }

    Operand<TFloat32> mask(Ops tf, Output<?> gradient) {
      return tf.dtypes.cast(once(tf, gradient, keep), TFloat32.class);
    }
  }
}
