package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import org.tensorflow.proto.NodeDef;

/**
 * Reduces the memory of a training graph: GELU and dropout get gradients that recompute in the
 * backward pass what TensorFlow would keep since the forward pass.
 *
 * <p>GELU keeps only its input, dropout one byte for each element, and a product whose first factor
 * is a dropout's output keeps neither that factor nor the float mask.
 *
 * @see <a href="https://arxiv.org/abs/1604.06174">Chen et al. 2016, Training Deep Nets with
 *     Sublinear Memory Cost</a>
 */
public final class Rematerialization {
  private Rematerialization() {}

  /** Rewrites an encoder's graph for training. */
  public static void rewrite(GraphDefEditor graph) {
    ElementwiseParts parts = new ElementwiseParts(graph);
    CustomGradients gradients = new CustomGradients(graph);
    for (ElementwiseParts.Gelu gelu : parts.gelus()) {
      gradients.attach(
          TypedTensor.float32(gelu.value().getName()),
          GradientRule.GELU,
          List.of(TypedTensor.float32(gelu.x())));
    }
    for (ElementwiseParts.Dropped dropped : parts.dropouts()) {
      if (dropped.product().isPresent()) {
        NodeDef.Builder product = dropped.product().get();
        gradients.attach(
            TypedTensor.float32(product.getName()),
            GradientRule.PRODUCT_OF_DROPOUT,
            List.of(TypedTensor.float32(dropped.x()), TypedTensor.float32(product.getInput(1))));
      } else {
        gradients.attach(
            TypedTensor.float32(dropped.value().getName()),
            GradientRule.DROPOUT,
            List.of(TypedTensor.float32(dropped.x())));
      }
    }
    for (NodeDef.Builder node : graph.nodes()) {
      if (node.getOp().equals("Square")) {
        node.setOp("Mul").addInput(node.getInput(0)); // the gradient of Square keeps 2x beside x
      }
    }
    gradients.finish();
  }
}
