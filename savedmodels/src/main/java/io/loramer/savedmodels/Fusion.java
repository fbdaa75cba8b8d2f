package io.loramer.savedmodels;

import io.loramer.savedmodels.ElementwiseParts.Dropped;
import io.loramer.savedmodels.ElementwiseParts.GatedScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/**
 * Lets GELU, dropout, the scores and weights of attention and layer norms be {@link FusedFunction}s
 * in an encoder's graph for training, forwards and backwards. Of their values nothing is kept for
 * the gradients but the inputs of GELU and layer norm, attention's weights, and what products need.
 *
 * <p>Dropout drops by numbers of its own, not by those of the graph, but by the same key.
 */
final class Fusion {
  private static final String NO_KEY = "fused_gelu_no_key";
  private static final String NONE_DROPPED = "fused_gelu_none_dropped";

  private final GraphDefEditor graph;
  private final ElementwiseParts parts;
  private final OwnGradients gradients;

  private Fusion(GraphDefEditor graph) {
    this.graph = graph;
    parts = new ElementwiseParts(graph);
    gradients = new OwnGradients(graph);
  }

  /** Rewrites a graph for training, which has no {@code IdentityN} yet. */
  static void rewrite(GraphDefEditor graph) {
    new Fusion(graph).rewrite();
  }

  /** Weights of attention, with dropout. */
  private record Attention(NodeDef.Builder softmax, Optional<GatedScores> gated, Dropped dropped) {}

  private void rewrite() {
    // All is found before any of it is changed.
    List<ElementwiseParts.Gelu> gelus = parts.gelus();
    List<ElementwiseParts.LayerNorm> layerNorms = parts.layerNorms();
    List<Dropped> dropouts = new ArrayList<>(parts.dropouts());
    List<Attention> attentions = dropouts.stream().flatMap(d -> attention(d).stream()).toList();
    attentions.forEach(attention -> dropouts.remove(attention.dropped));

    graph.addFunctions(FusedFunction.library());
    addConstants();
    gelus.forEach(gelu -> rewrite(gelu, dropouts));
    attentions.forEach(this::rewrite);
    dropouts.forEach(this::rewrite);
    layerNorms.forEach(this::rewrite);
    gradients.finish();
  }

  private Optional<Attention> attention(Dropped dropped) {
    return dropped
        .product()
        .filter(product -> product.getOp().equals("Einsum"))
        .flatMap(product -> parts.softmax(dropped))
        .map(softmax -> new Attention(softmax, parts.gatedScores(softmax), dropped));
  }

  /** Takes the dropout behind GELU, if there is one, along. */
  private void rewrite(ElementwiseParts.Gelu gelu, List<Dropped> dropouts) {
    Optional<Dropped> behind =
        dropouts.stream().filter(d -> parts.isOnlyReader(d.value(), gelu.value())).findAny();
    behind.ifPresent(dropouts::remove);
    NodeDef.Builder value = behind.map(Dropped::value).orElse(gelu.value());
    String key = behind.map(Dropped::key).orElse(NO_KEY);
    String dropped = behind.map(Dropped::dropped).orElse(NONE_DROPPED);
    replace(FusedFunction.GELU, value, List.of(gelu.x(), key, dropped));
    gradients.give(value.getName(), "fused_gelu_gradient", List.of(gelu.x()));
  }

  private void rewrite(Attention attention) {
    NodeDef.Builder product = attention.dropped.product().orElseThrow();
    String scores = attention.softmax.getInput(0);
    drop(attention.dropped);
    gradients.give(
        product.getName(), "fused_attention_gradient", List.of(scores, product.getInput(1)));
    if (attention.gated.isPresent()) {
      GatedScores gated = attention.gated.get();
      replace(
          FusedFunction.SCORES,
          gated.value(),
          List.of(gated.scores(), gated.gate(), gated.bias(), gated.mask()));
      gradients.give(
          gated.value().getName(), "fused_scores_gradient", List.of(gated.scores(), gated.gate()));
    }
  }

  private void rewrite(Dropped dropped) {
    drop(dropped);
    if (dropped.product().isPresent()) {
      NodeDef.Builder product = dropped.product().get();
      gradients.give(
          product.getName(), "fused_product_gradient", List.of(dropped.x(), product.getInput(1)));
    } else {
      gradients.give(dropped.value().getName(), "fused_dropout_gradient", List.of(dropped.x()));
    }
  }

  private void drop(Dropped dropped) {
    replace(
        FusedFunction.DROPOUT,
        dropped.value(),
        List.of(dropped.x(), dropped.key(), dropped.dropped()));
  }

  private void rewrite(ElementwiseParts.LayerNorm norm) {
    replace(
        FusedFunction.LAYER_NORM,
        norm.value(),
        List.of(norm.x(), norm.weight(), norm.bias(), norm.epsilon()));
    gradients.give(norm.value().getName(), "fused_layer_norm_gradient", List.of(norm.x()));
  }

  /** Adds what GELU takes where there is no dropout behind it. */
  private void addConstants() {
    try (Graph constants = new Graph()) {
      Ops tf = Ops.create(constants);
      tf.withName(NO_KEY).constant(new long[2]);
      tf.withName(NONE_DROPPED).constant(0);
      constants.toGraphDef().getNodeList().forEach(graph::add);
    }
  }

  /**
   * Lets a call compute what a node did. Its value, which has the shape of its first argument, gets
   * that again: behind a call that XLA compiles Grappler knows no shapes, and warns of it.
   */
  private void replace(FusedFunction function, NodeDef.Builder node, List<String> arguments) {
    AttrValue value = AttrValue.newBuilder().setType(DataType.DT_FLOAT).build();
    AttrValue index = AttrValue.newBuilder().setType(DataType.DT_INT32).build();
    String call = node.getName() + "/fused";
    String shape = call + "/shape";
    graph.add(function.call(call, arguments));
    graph.add(
        NodeDef.newBuilder()
            .setName(shape)
            .setOp("Shape")
            .addInput(arguments.get(0))
            .putAttr("T", value)
            .putAttr("out_type", index)
            .build());
    node.setOp("Reshape").clearInput().addInput(call).addInput(shape);
    node.clearAttr().putAttr("T", value).putAttr("Tshape", index);
  }

  /** Returns the call behind a value of {@link #replace}. */
  private static GraphOperation call(GraphOperation value) {
    return OwnGradients.operation(value, 0);
  }

  static List<Operand<TFloat32>> gelu(
      Ops tf, GraphOperation value, List<Output<TFloat32>> inputs, Output<TFloat32> dy) {
    GraphOperation call = call(value);
    return List.of(
        FusedFunction.GELU_GRADIENT.call(tf, inputs.get(0), dy, call.input(1), call.input(2)));
  }

  static List<Operand<TFloat32>> dropout(
      Ops tf, GraphOperation value, List<Output<TFloat32>> inputs, Output<TFloat32> dy) {
    return List.of(dropped(tf, dy, call(value)));
  }

  static List<Operand<TFloat32>> product(
      Ops tf, GraphOperation value, List<Output<TFloat32>> inputs, Output<TFloat32> dy) {
    GraphOperation dropout = call(OwnGradients.operation(value, 0));
    List<Operand<TFloat32>> factors = ofFactors(tf, value, dropout, dy);
    return List.of(dropped(tf, factors.get(0), dropout), factors.get(1));
  }

  /** Of {@code dropout(softmax(s)) V} by s and V. */
  static List<Operand<TFloat32>> attention(
      Ops tf, GraphOperation value, List<Output<TFloat32>> inputs, Output<TFloat32> dy) {
    GraphOperation dropout = call(OwnGradients.operation(value, 0));
    List<Operand<TFloat32>> factors = ofFactors(tf, value, dropout, dy);
    // Σ dropout(dA) · A over the keys is Σ dO · O over the head's dimensions, which are fewer.
    var row = FusedFunction.ROW_PRODUCTS.call(tf, dy, value.output(0));
    var scores =
        FusedFunction.SOFTMAX_GRADIENT.call(
            tf, factors.get(0), dropout.input(0), row, dropout.input(1), dropout.input(2));
    return List.of(scores, factors.get(1));
  }

  /** Of {@code scores + gate · bias + mask} by scores and gate. */
  static List<Operand<TFloat32>> scores(
      Ops tf, GraphOperation value, List<Output<TFloat32>> inputs, Output<TFloat32> dy) {
    return List.of(dy, FusedFunction.ROW_PRODUCTS.call(tf, dy, call(value).input(2)));
  }

  static List<Operand<TFloat32>> layerNorm(
      Ops tf, GraphOperation value, List<Output<TFloat32>> inputs, Output<TFloat32> dy) {
    GraphOperation call = call(value);
    return List.of(
        FusedFunction.LAYER_NORM_GRADIENT.call(
            tf, inputs.get(0), call.input(1), call.input(3), dy));
  }

  /** Drops again what a call of dropout dropped. */
  private static Operand<TFloat32> dropped(Ops tf, Operand<TFloat32> x, GraphOperation dropout) {
    return FusedFunction.DROPOUT.call(tf, x, dropout.input(1), dropout.input(2));
  }

  /** Returns the gradients of a product by what a call of dropout gave, and by the other factor. */
  private static List<Operand<TFloat32>> ofFactors(
      Ops tf, GraphOperation product, GraphOperation dropout, Output<TFloat32> dy) {
    Output<TFloat32> x = dropout.input(0).expect(TFloat32.class);
    var let = dropped(tf, Rematerialization.once(tf, dy, x), dropout);
    return Rematerialization.ofFactors(tf, product, let, dy);
  }
}
