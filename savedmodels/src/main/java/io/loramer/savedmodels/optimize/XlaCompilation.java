package io.loramer.savedmodels.optimize;

import io.loramer.savedmodels.graph.TensorFlowLog;
import io.loramer.savedmodels.optimize.ElementwiseParts.Dropped;
import io.loramer.savedmodels.optimize.ElementwiseParts.GatedScores;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Replaces GELU, dropout, the scores and weights of attention, and layer norms in an encoder's
 * training graph by {@link CompiledFunction}s, forward and backward.
 *
 * <p>For the gradients, only the inputs of GELU and layer norm, attention's weights, and the inputs
 * of products are kept.
 *
 * <p>Dropout uses the same key as in the original graph, but other random numbers.
 */
public final class XlaCompilation {
  private static final DataType FLOAT = DataType.DT_FLOAT;
  private static final DataType KEY = DataType.DT_INT64;
  private static final DataType DROPPED = DataType.DT_INT32;

  private static final String NO_KEY = "fused_gelu_no_key";
  private static final String NONE_DROPPED = "fused_gelu_none_dropped";

  private static boolean started;

  private final GraphDefEditor graph;
  private final ElementwiseParts parts;
  private final CustomGradients gradients;
  private final Set<FunctionDef> functions = new LinkedHashSet<>();

  private XlaCompilation(GraphDefEditor graph) {
    this.graph = graph;
    parts = new ElementwiseParts(graph);
    gradients = new CustomGradients(graph);
  }

  /** Rewrites an encoder's graph for training. */
  public static void rewrite(GraphDefEditor graph) {
    start();
    new XlaCompilation(graph).rewrite();
  }

  /** Lets XLA start and write its notes, once in a process. */
  private static synchronized void start() {
    if (!started) {
      started = true;
      TensorFlowLog.passNotes(CompiledFunction::compileOne);
    }
  }

  /** Returns whether attention is compiled, which requires dropout on its weights. */
  public static boolean fusesAttention(GraphDefEditor graph) {
    XlaCompilation fusion = new XlaCompilation(graph);
    return fusion.parts.dropouts().stream().anyMatch(d -> fusion.attention(d).isPresent());
  }

  /** The weights of attention, with dropout, and their product with the values. */
  private record Attention(
      NodeDef.Builder softmax,
      Optional<GatedScores> gated,
      Dropped dropped,
      NodeDef.Builder product) {}

  private void rewrite() {
    // All parts are found before any node is changed.
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

  /** Replaces GELU, together with the dropout behind it, if there is one. */
  private void rewrite(ElementwiseParts.Gelu gelu, List<Dropped> dropouts) {
    Optional<Dropped> behind =
        dropouts.stream().filter(d -> parts.isOnlyReader(d.value(), gelu.value())).findAny();
    behind.ifPresent(dropouts::remove);
    TypedTensor x = unraised(gelu.x());
    TypedTensor value =
        replace(
            CompiledFunction.GELU,
            behind.map(Dropped::value).orElse(gelu.value()),
            List.of(
                x,
                new TypedTensor(behind.map(Dropped::key).orElse(NO_KEY), KEY),
                new TypedTensor(behind.map(Dropped::dropped).orElse(NONE_DROPPED), DROPPED)));
    define(CompiledFunction.GELU_GRADIENT, x.type(), x.type(), value.type(), KEY, DROPPED);
    gradients.attach(value, GradientRule.COMPILED_GELU, List.of(x));
  }

  private void rewrite(Attention attention) {
    drop(attention.dropped);
    DataType type = attention.product.getAttrOrThrow("T").getType();
    TypedTensor product = new TypedTensor(attention.product.getName(), type);
    TypedTensor values = new TypedTensor(attention.product.getInput(1), type);
    define(CompiledFunction.DROPOUT, type, FLOAT, KEY, DROPPED);
    define(CompiledFunction.ROW_PRODUCTS, FLOAT, type, type);
    if (attention.gated.isEmpty()) {
      TypedTensor scores = TypedTensor.float32(attention.softmax.getInput(0));
      define(CompiledFunction.SOFTMAX_GRADIENT, FLOAT, type, FLOAT, FLOAT, KEY, DROPPED);
      gradients.attach(product, GradientRule.COMPILED_ATTENTION, List.of(scores, values));
      return;
    }
    GatedScores gated = attention.gated.get();
    TypedTensor scores = unraised(gated.scores());
    TypedTensor gate = TypedTensor.float32(gated.gate());
    replace(
        CompiledFunction.SCORES,
        gated.value(),
        List.of(
            scores, gate, TypedTensor.float32(gated.bias()), TypedTensor.float32(gated.mask())));
    define(CompiledFunction.SOFTMAX_GRADIENT, scores.type(), type, FLOAT, FLOAT, KEY, DROPPED);
    define(CompiledFunction.ROW_PRODUCTS, FLOAT, scores.type(), FLOAT);
    gradients.attach(product, GradientRule.COMPILED_GATED_ATTENTION, List.of(scores, gate, values));
  }

  private void rewrite(Dropped dropped) {
    TypedTensor value = drop(dropped);
    TypedTensor x = unraised(dropped.x());
    define(CompiledFunction.DROPOUT, x.type(), value.type(), KEY, DROPPED);
    if (dropped.product().isPresent()) {
      NodeDef.Builder product = dropped.product().get();
      gradients.attach(
          TypedTensor.float32(product.getName()),
          GradientRule.PRODUCT_OF_COMPILED_DROPOUT,
          List.of(x, TypedTensor.float32(product.getInput(1))));
    } else {
      gradients.attach(value, GradientRule.COMPILED_DROPOUT, List.of(x));
    }
  }

  private TypedTensor drop(Dropped dropped) {
    return replace(
        CompiledFunction.DROPOUT,
        dropped.value(),
        List.of(
            unraised(dropped.x()),
            new TypedTensor(dropped.key(), KEY),
            new TypedTensor(dropped.dropped(), DROPPED)));
  }

  private void rewrite(ElementwiseParts.LayerNorm norm) {
    TypedTensor x = unraised(norm.x());
    TypedTensor value =
        replace(
            CompiledFunction.LAYER_NORM,
            norm.value(),
            List.of(
                x,
                TypedTensor.float32(norm.weight()),
                TypedTensor.float32(norm.bias()),
                TypedTensor.float32(norm.epsilon())));
    define(CompiledFunction.LAYER_NORM_GRADIENT, x.type(), x.type(), FLOAT, FLOAT, value.type());
    gradients.attach(value, GradientRule.COMPILED_LAYER_NORM, List.of(x));
  }

  /** Returns the half-precision tensor that a tensor was cast from, or else the tensor itself. */
  private TypedTensor unraised(String tensor) {
    return parts.raised(tensor).orElse(TypedTensor.float32(tensor));
  }

  /** Adds the key and rate for GELU without dropout behind it. */
  private void addConstants() {
    try (Graph constants = new Graph()) {
      Ops tf = Ops.create(constants);
      tf.withName(NO_KEY).constant(new long[2]);
      tf.withName(NONE_DROPPED).constant(0);
      constants.toGraphDef().getNodeList().forEach(graph::add);
    }
  }

  /**
   * Replaces a node by a call, together with a cast to half precision that is its only reader.
   *
   * <p>The value is reshaped to the shape of the first argument, which it has anyway: Grappler
   * infers no shapes behind a call that XLA compiles, and logs warnings.
   *
   * @return the value
   */
  private TypedTensor replace(
      CompiledFunction function, NodeDef.Builder node, List<TypedTensor> arguments) {
    Optional<NodeDef.Builder> rounding = parts.rounding(node);
    NodeDef.Builder value = rounding.orElse(node);
    DataType type = rounding.map(cast -> cast.getAttrOrThrow("DstT").getType()).orElse(FLOAT);
    List<DataType> inputs = arguments.stream().map(TypedTensor::type).toList();
    TypedTensor first = arguments.get(0);
    AttrValue index = AttrValue.newBuilder().setType(DataType.DT_INT32).build();
    String call = node.getName() + "/fused";
    String shape = call + "/shape";
    functions.add(function.definition(inputs, type));
    graph.add(
        function.call(call, arguments.stream().map(TypedTensor::tensor).toList(), inputs, type));
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
    return new TypedTensor(value.getName(), type);
  }

  /** Adds the definition of a function that a gradient calls. */
  private void define(CompiledFunction function, DataType output, DataType... inputs) {
    functions.add(function.definition(List.of(inputs), output));
  }
}
