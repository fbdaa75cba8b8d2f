package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.optimize.CustomGradients.Typed;
import io.loramer.savedmodels.optimize.ElementwiseParts.Dropped;
import io.loramer.savedmodels.optimize.ElementwiseParts.GatedScores;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Lets GELU, dropout, the scores and weights of attention and layer norms be {@link
 * CompiledFunction}s in an encoder's graph for training, forwards and backwards. Of their values
 * nothing is kept for the gradients but the inputs of GELU and layer norm, attention's weights, and
 * what products need.
 *
 * <p>Dropout drops by numbers of its own, not by those of the graph, but by the same key.
 */
public final class XlaCompilation {
  private static final DataType FLOAT = DataType.DT_FLOAT;
  private static final DataType KEY = DataType.DT_INT64;
  private static final DataType DROPPED = DataType.DT_INT32;

  private static final String NO_KEY = "fused_gelu_no_key";
  private static final String NONE_DROPPED = "fused_gelu_none_dropped";

  private final GraphDefEditor graph;
  private final ElementwiseParts parts;
  private final CustomGradients gradients;
  private final Set<FunctionDef> functions = new LinkedHashSet<>();

  private XlaCompilation(GraphDefEditor graph) {
    this.graph = graph;
    parts = new ElementwiseParts(graph);
    gradients = new CustomGradients(graph);
  }

  /** Rewrites a graph for training, which has no {@code IdentityN} yet. */
  public static void rewrite(GraphDefEditor graph) {
    new XlaCompilation(graph).rewrite();
  }

  /** Returns whether attention is fused, which is where its weights have dropout. */
  public static boolean fusesAttention(GraphDefEditor graph) {
    XlaCompilation fusion = new XlaCompilation(graph);
    return fusion.parts.dropouts().stream().anyMatch(d -> fusion.attention(d).isPresent());
  }

  /** Weights of attention, with dropout, and what attends with them. */
  private record Attention(
      NodeDef.Builder softmax,
      Optional<GatedScores> gated,
      Dropped dropped,
      NodeDef.Builder product) {}

  private void rewrite() {
    // All is found before any of it is changed.
    List<ElementwiseParts.Gelu> gelus = parts.gelus();
    List<ElementwiseParts.LayerNorm> layerNorms = parts.layerNorms();
    List<Dropped> dropouts = new ArrayList<>(parts.dropouts());
    List<Attention> attentions = dropouts.stream().flatMap(d -> attention(d).stream()).toList();
    attentions.forEach(attention -> dropouts.remove(attention.dropped));

    addConstants();
    gelus.forEach(gelu -> rewrite(gelu, dropouts));
    attentions.forEach(this::rewrite);
    dropouts.forEach(this::rewrite);
    layerNorms.forEach(this::rewrite);
    graph.addFunctions(functions);
    gradients.finish();
  }

  private Optional<Attention> attention(Dropped dropped) {
    return parts
        .attending(dropped)
        .flatMap(
            product ->
                parts
                    .softmax(dropped)
                    .map(s -> new Attention(s, parts.gatedScores(s), dropped, product)));
  }

  /** Takes the dropout behind GELU, if there is one, along. */
  private void rewrite(ElementwiseParts.Gelu gelu, List<Dropped> dropouts) {
    Optional<Dropped> behind =
        dropouts.stream().filter(d -> parts.isOnlyReader(d.value(), gelu.value())).findAny();
    behind.ifPresent(dropouts::remove);
    Typed x = unraised(gelu.x());
    Typed value =
        replace(
            CompiledFunction.GELU,
            behind.map(Dropped::value).orElse(gelu.value()),
            List.of(
                x,
                new Typed(behind.map(Dropped::key).orElse(NO_KEY), KEY),
                new Typed(behind.map(Dropped::dropped).orElse(NONE_DROPPED), DROPPED)));
    define(CompiledFunction.GELU_GRADIENT, x.type(), x.type(), value.type(), KEY, DROPPED);
    gradients.give(value, "fused_gelu_gradient", List.of(x));
  }

  private void rewrite(Attention attention) {
    drop(attention.dropped);
    DataType type = attention.product.getAttrOrThrow("T").getType();
    Typed product = new Typed(attention.product.getName(), type);
    Typed values = new Typed(attention.product.getInput(1), type);
    define(CompiledFunction.DROPOUT, type, FLOAT, KEY, DROPPED);
    define(CompiledFunction.ROW_PRODUCTS, FLOAT, type, type);
    if (attention.gated.isEmpty()) {
      Typed scores = Typed.float32(attention.softmax.getInput(0));
      define(CompiledFunction.SOFTMAX_GRADIENT, FLOAT, type, FLOAT, FLOAT, KEY, DROPPED);
      gradients.give(product, "fused_attention_gradient", List.of(scores, values));
      return;
    }
    GatedScores gated = attention.gated.get();
    Typed scores = unraised(gated.scores());
    Typed gate = Typed.float32(gated.gate());
    replace(
        CompiledFunction.SCORES,
        gated.value(),
        List.of(scores, gate, Typed.float32(gated.bias()), Typed.float32(gated.mask())));
    define(CompiledFunction.SOFTMAX_GRADIENT, scores.type(), type, FLOAT, FLOAT, KEY, DROPPED);
    define(CompiledFunction.ROW_PRODUCTS, FLOAT, scores.type(), FLOAT);
    gradients.give(product, "fused_gated_attention_gradient", List.of(scores, gate, values));
  }

  private void rewrite(Dropped dropped) {
    Typed value = drop(dropped);
    Typed x = unraised(dropped.x());
    define(CompiledFunction.DROPOUT, x.type(), value.type(), KEY, DROPPED);
    if (dropped.product().isPresent()) {
      NodeDef.Builder product = dropped.product().get();
      gradients.give(
          Typed.float32(product.getName()),
          "fused_product_gradient",
          List.of(x, Typed.float32(product.getInput(1))));
    } else {
      gradients.give(value, "fused_dropout_gradient", List.of(x));
    }
  }

  private Typed drop(Dropped dropped) {
    return replace(
        CompiledFunction.DROPOUT,
        dropped.value(),
        List.of(
            unraised(dropped.x()),
            new Typed(dropped.key(), KEY),
            new Typed(dropped.dropped(), DROPPED)));
  }

  private void rewrite(ElementwiseParts.LayerNorm norm) {
    Typed x = unraised(norm.x());
    Typed value =
        replace(
            CompiledFunction.LAYER_NORM,
            norm.value(),
            List.of(
                x,
                Typed.float32(norm.weight()),
                Typed.float32(norm.bias()),
                Typed.float32(norm.epsilon())));
    define(CompiledFunction.LAYER_NORM_GRADIENT, x.type(), x.type(), FLOAT, FLOAT, value.type());
    gradients.give(value, "fused_layer_norm_gradient", List.of(x));
  }

  /** Returns what a tensor was raised to float32 from, or it as it is. */
  private Typed unraised(String tensor) {
    return parts.raised(tensor).orElse(Typed.float32(tensor));
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
   * Lets a call compute what a node did and, if nothing but a cast to half precision reads that,
   * the cast too. The value, which has the shape of the first argument, gets that again: behind a
   * call that XLA compiles Grappler knows no shapes, and warns of it.
   *
   * @return the value
   */
  private Typed replace(CompiledFunction function, NodeDef.Builder node, List<Typed> arguments) {
    Optional<NodeDef.Builder> rounding = parts.rounding(node);
    NodeDef.Builder value = rounding.orElse(node);
    DataType type = rounding.map(cast -> cast.getAttrOrThrow("DstT").getType()).orElse(FLOAT);
    List<DataType> inputs = arguments.stream().map(Typed::type).toList();
    Typed first = arguments.get(0);
    AttrValue index = AttrValue.newBuilder().setType(DataType.DT_INT32).build();
    String call = node.getName() + "/fused";
    String shape = call + "/shape";
    functions.add(function.definition(inputs, type));
    graph.add(function.call(call, arguments.stream().map(Typed::tensor).toList(), inputs, type));
    graph.add(
        NodeDef.newBuilder()
            .setName(shape)
            .setOp("Shape")
            .addInput(first.tensor())
            .putAttr("T", AttrValue.newBuilder().setType(first.type()).build())
            .putAttr("out_type", index)
            .build());
    value.setOp("Reshape").clearInput().addInput(call).addInput(shape).clearAttr();
    value.putAttr("T", AttrValue.newBuilder().setType(type).build()).putAttr("Tshape", index);
    return new Typed(value.getName(), type);
  }

  /** Adds a function that a gradient will call. */
  private void define(CompiledFunction function, DataType output, DataType... inputs) {
    functions.add(function.definition(List.of(inputs), output));
  }

  /** Returns the call behind a value of {@link #replace}. */
  private static GraphOperation call(GraphOperation value) {
    return CustomGradients.operation(value, 0);
  }

  static List<Operand<?>> gelu(Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    GraphOperation call = call(value);
    Output<?> x = inputs.get(0);
    return List.of(
        CompiledFunction.GELU_GRADIENT.call(tf, x.type(), x, dy, call.input(1), call.input(2)));
  }

  static List<Operand<?>> dropout(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    return List.of(dropped(tf, inputs.get(0).type(), dy, call(value)));
  }

  static List<Operand<?>> product(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    GraphOperation dropout = call(CustomGradients.operation(value, 0));
    var factors = ofFactors(tf, value, dropout, dy);
    return List.of(dropped(tf, inputs.get(0).type(), factors.get(0), dropout), factors.get(1));
  }

  /** Of {@code dropout(softmax(s)) V} by s and V. */
  static List<Operand<?>> attention(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    GraphOperation dropout = call(CustomGradients.operation(value, 0));
    var factors = ofFactors(tf, value, dropout, dy);
    // Σ dropout(dA) · A over the keys is Σ dO · O over the head's dimensions, which are fewer.
    var row = CompiledFunction.ROW_PRODUCTS.call(tf, TFloat32.class, dy, value.output(0));
    var scores =
        CompiledFunction.SOFTMAX_GRADIENT.call(
            tf,
            inputs.get(0).type(),
            factors.get(0),
            dropout.input(0),
            row,
            dropout.input(1),
            dropout.input(2));
    return List.of(scores, factors.get(1));
  }

  /** Of {@code dropout(softmax(s + gate · bias + mask)) V} by s, gate and V. */
  static List<Operand<?>> gatedAttention(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    List<Operand<?>> ungated = attention(tf, value, List.of(inputs.get(0)), dy);
    GraphOperation softmax =
        CustomGradients.operation(call(CustomGradients.operation(value, 0)), 0); // behind dropout
    Output<?> bias = call(CustomGradients.operation(softmax, 0)).input(2);
    var gate = CompiledFunction.ROW_PRODUCTS.call(tf, TFloat32.class, ungated.get(0), bias);
    return List.of(ungated.get(0), gate, ungated.get(1));
  }

  static List<Operand<?>> layerNorm(
      Ops tf, GraphOperation value, List<Output<?>> inputs, Output<?> dy) {
    GraphOperation call = call(value);
    Output<?> x = inputs.get(0);
    return List.of(
        CompiledFunction.LAYER_NORM_GRADIENT.call(
            tf, x.type(), x, call.input(1), call.input(3), dy));
  }

  /** Drops again what a call of dropout dropped. */
  private static <T extends TType> Operand<T> dropped(
      Ops tf, Class<T> type, Operand<?> x, GraphOperation dropout) {
    return CompiledFunction.DROPOUT.call(tf, type, x, dropout.input(1), dropout.input(2));
  }

  /** Returns the gradients of a product by what a call of dropout gave, and by the other factor. */
  private static <T extends TType> List<Operand<T>> ofFactors(
      Ops tf, GraphOperation product, GraphOperation dropout, Output<T> dy) {
    var let = dropped(tf, dy.type(), Rematerialization.once(tf, dy, dropout.input(0)), dropout);
    return Rematerialization.ofFactors(tf, product, let, dy);
  }
}
