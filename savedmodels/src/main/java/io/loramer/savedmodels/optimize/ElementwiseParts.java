package io.loramer.savedmodels.optimize;

import com.google.protobuf.ByteString;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * Finds the element-wise parts between the products of an encoder's graph, as {@code convert}
 * builds them.
 */
final class ElementwiseParts {
  private static final Set<DataType> HALF = Set.of(DataType.DT_BFLOAT16, DataType.DT_HALF);

  /** The most nodes between the comparison of random numbers and their generator. */
  private static final int MAX_NODES_TO_KEY = 5;

  private final GraphDefEditor graph;
  private final Map<String, List<NodeDef.Builder>> readers;

  ElementwiseParts(GraphDefEditor graph) {
    this.graph = graph;
    this.readers = graph.readers();
  }

  /** {@code value = (x · ½) · (erf(x · √½) + 1)}. */
  record Gelu(NodeDef.Builder value, String x) {}

  /**
   * {@code value = x · (mask · scale)}.
   *
   * @param key of the random numbers, int64 [2]
   * @param dropped int32 scalar: how many of 65536 elements are dropped
   * @param product the product that is the value's only reader, if it is one
   */
  record Dropped(
      NodeDef.Builder value,
      String x,
      String key,
      String dropped,
      Optional<NodeDef.Builder> product) {}

  /** {@code value = scores + gate · bias + mask}, whose only reader is a softmax. */
  record GatedScores(NodeDef.Builder value, String scores, String gate, String bias, String mask) {}

  /** {@code value = (x − mean) · rsqrt(variance + epsilon) · weight + bias}. */
  record LayerNorm(NodeDef.Builder value, String x, String weight, String bias, String epsilon) {}

  List<Gelu> gelus() {
    return ofOp("Erf").flatMap(erf -> gelu(erf).stream()).toList();
  }

  List<Dropped> dropouts() {
    return ofOp("Cast").flatMap(cast -> dropout(cast).stream()).toList();
  }

  List<LayerNorm> layerNorms() {
    return ofOp("Rsqrt").flatMap(rsqrt -> layerNorm(rsqrt).stream()).toList();
  }

  private Stream<NodeDef.Builder> ofOp(String op) {
    return graph.nodes().stream().filter(node -> node.getOp().equals(op));
  }

  private Optional<Gelu> gelu(NodeDef.Builder erf) {
    NodeDef.Builder scaled = graph.producer(erf.getInput(0));
    Optional<NodeDef.Builder> sum = onlyReader(erf, "Add");
    Optional<NodeDef.Builder> value = sum.flatMap(one -> onlyReader(one, "Mul"));
    if (value.isEmpty() || !scaled.getOp().equals("Mul")) {
      return Optional.empty();
    }
    String x = scaled.getInput(0);
    NodeDef.Builder half = graph.producer(value.get().getInput(0));
    boolean found =
        half.getOp().equals("Mul")
            && half.getInput(0).equals(x)
            && isScalar(half.getInput(1), 0.5f)
            && isScalar(scaled.getInput(1), (float) Math.sqrt(0.5))
            && isScalar(sum.get().getInput(1), 1f);
    return found ? Optional.of(new Gelu(value.get(), x)) : Optional.empty();
  }

  private Optional<Dropped> dropout(NodeDef.Builder mask) {
    Optional<NodeDef.Builder> scaled = onlyReader(mask, "Mul");
    Optional<NodeDef.Builder> value = scaled.flatMap(scale -> onlyReader(scale, "Mul"));
    NodeDef.Builder keep = graph.producer(mask.getInput(0));
    if (value.isEmpty()
        || mask.getAttrOrThrow("SrcT").getType() != DataType.DT_BOOL
        || !keep.getOp().equals("GreaterEqual") // as in Dropout
        || graph.producer(scaled.get().getInput(0)) != mask
        || scalar(scaled.get().getInput(1)).isEmpty()
        || graph.producer(value.get().getInput(1)) != scaled.get()) {
      return Optional.empty();
    }
    NodeDef.Builder numbers = graph.producer(keep.getInput(0));
    for (int i = 0; i < MAX_NODES_TO_KEY && numbers.getInputCount() > 0; i++) {
      if (numbers.getOp().equals("StatelessRandomUniformFullInt")) {
        String dropped = graph.producer(keep.getInput(1)).getInput(0); // behind its Cast
        String x = value.get().getInput(0);
        return Optional.of(
            new Dropped(value.get(), x, numbers.getInput(1), dropped, product(value.get())));
      }
      numbers = graph.producer(numbers.getInput(0));
    }
    return Optional.empty();
  }

  /** Returns the Einsum of attention that reads dropout's output, rounded or not. */
  Optional<NodeDef.Builder> attending(Dropped dropped) {
    return product(rounding(dropped.value).orElse(dropped.value))
        .filter(product -> product.getOp().equals("Einsum"));
  }

  private Optional<NodeDef.Builder> product(NodeDef.Builder dropped) {
    return Stream.of("Einsum", "MatMul")
        .flatMap(op -> onlyReader(dropped, op).stream())
        .filter(reader -> graph.producer(reader.getInput(0)) == dropped)
        .filter(ElementwiseParts::isDifferentiable)
        .findAny();
  }

  /** Returns whether {@link Derivatives#factors} has the gradients of a product. */
  private static boolean isDifferentiable(NodeDef.Builder product) {
    return product.getOp().equals("MatMul")
        ? !GraphDefEditor.flag(product, "transpose_a")
        : Derivatives.PRODUCT
            .matcher(product.getAttrOrThrow("equation").getS().toStringUtf8())
            .matches();
  }

  /** Returns the softmax before a dropout that is its only reader. */
  Optional<NodeDef.Builder> softmax(Dropped dropped) {
    NodeDef.Builder node = graph.producer(dropped.x);
    boolean found = onlyReader(node, "Mul").isPresent() && node.getOp().equals("Softmax");
    return found ? Optional.of(node) : Optional.empty();
  }

  /** Returns the input of a softmax if it is WavLM's, with its gated bias. */
  Optional<GatedScores> gatedScores(NodeDef.Builder softmax) {
    NodeDef.Builder masked = graph.producer(softmax.getInput(0));
    if (!isSum(masked) || onlyReader(masked, "Softmax").isEmpty()) {
      return Optional.empty();
    }
    NodeDef.Builder biased = graph.producer(masked.getInput(0));
    if (!isSum(biased) || onlyReader(biased, "Add").isEmpty()) {
      return Optional.empty();
    }
    NodeDef.Builder bias = graph.producer(biased.getInput(1));
    boolean gated =
        bias.getOp().equals("Mul")
            && onlyReader(bias, "Add").isPresent()
            && isGate(graph.producer(bias.getInput(0)));
    return gated
        ? Optional.of(
            new GatedScores(
                masked, biased.getInput(0), bias.getInput(0), bias.getInput(1), masked.getInput(1)))
        : Optional.empty();
  }

  private static boolean isSum(NodeDef.Builder node) {
    return node.getOp().equals("Add");
  }

  /** {@code a · (b · constant − 1) + 2}. */
  private boolean isGate(NodeDef.Builder node) {
    return isSum(node)
        && isScalar(node.getInput(1), 2f)
        && graph.producer(node.getInput(0)).getOp().equals("Mul");
  }

  private Optional<LayerNorm> layerNorm(NodeDef.Builder rsqrt) {
    Optional<NodeDef.Builder> normed = onlyReader(rsqrt, "Mul");
    Optional<NodeDef.Builder> weighted = normed.flatMap(node -> onlyReader(node, "Mul"));
    Optional<NodeDef.Builder> value = weighted.flatMap(node -> onlyReader(node, "Add"));
    NodeDef.Builder raised = graph.producer(rsqrt.getInput(0));
    if (value.isEmpty() || !isSum(raised) || scalar(raised.getInput(1)).isEmpty()) {
      return Optional.empty();
    }
    NodeDef.Builder centred = graph.producer(normed.get().getInput(0));
    NodeDef.Builder variance = graph.producer(raised.getInput(0));
    if (!centred.getOp().equals("Sub") || !isMeanOfLast(variance)) {
      return Optional.empty();
    }
    NodeDef.Builder square = graph.producer(variance.getInput(0));
    NodeDef.Builder mean = graph.producer(centred.getInput(1));
    boolean found =
        graph.producer(weighted.get().getInput(0)) == normed.get()
            && graph.producer(value.get().getInput(0)) == weighted.get()
            && square.getOp().equals("Square")
            && graph.producer(square.getInput(0)) == centred
            && isMeanOfLast(mean)
            && mean.getInput(0).equals(centred.getInput(0));
    return found
        ? Optional.of(
            new LayerNorm(
                value.get(),
                centred.getInput(0),
                weighted.get().getInput(1),
                value.get().getInput(1),
                raised.getInput(1)))
        : Optional.empty();
  }

  private boolean isMeanOfLast(NodeDef.Builder node) {
    return node.getOp().equals("Mean")
        && GraphDefEditor.flag(node, "keep_dims")
        && graph.integers(node.getInput(1)).equals(List.of(-1L))
        && isOfRankZero(graph.producer(node.getInput(1)).getAttrOrThrow("value").getTensor());
  }

  private static boolean isOfRankZero(TensorProto tensor) {
    return tensor.getTensorShape().getDimCount() == 0;
  }

  private boolean isScalar(String input, float value) {
    return scalar(input).equals(Optional.of(value));
  }

  /** Returns the value of a float32 scalar constant; empty if the input is not one. */
  private Optional<Float> scalar(String input) {
    NodeDef.Builder node = graph.producer(input);
    TensorProto tensor = node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).getTensor();
    if (!node.getOp().equals("Const")
        || tensor.getDtype() != DataType.DT_FLOAT
        || !isOfRankZero(tensor)) {
      return Optional.empty();
    }
    ByteString content = tensor.getTensorContent();
    if (content.isEmpty()) {
      return tensor.getFloatValList().stream().findFirst();
    }
    return Optional.of(content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getFloat());
  }

  /** Returns the cast to half precision that is a node's only reader. */
  Optional<NodeDef.Builder> rounding(NodeDef.Builder node) {
    return onlyReader(node, "Cast")
        .filter(cast -> cast.getAttrOrThrow("SrcT").getType() == DataType.DT_FLOAT)
        .filter(cast -> HALF.contains(cast.getAttrOrThrow("DstT").getType()));
  }

  /** Returns the half-precision tensor that a tensor was cast from. */
  Optional<TypedTensor> raised(String tensor) {
    NodeDef.Builder node = graph.producer(tensor);
    if (!node.getOp().equals("Cast")
        || node.getAttrOrThrow("DstT").getType() != DataType.DT_FLOAT
        || !HALF.contains(node.getAttrOrThrow("SrcT").getType())) {
      return Optional.empty();
    }
    return Optional.of(new TypedTensor(node.getInput(0), node.getAttrOrThrow("SrcT").getType()));
  }

  /** Returns whether a node is the only reader of another. */
  boolean isOnlyReader(NodeDef.Builder reader, NodeDef.Builder node) {
    return onlyReader(node, reader.getOp()).filter(only -> only == reader).isPresent();
  }

  /** Returns a node's only reader, if it has this op; Shape ops do not count as readers. */
  private Optional<NodeDef.Builder> onlyReader(NodeDef.Builder node, String op) {
    List<NodeDef.Builder> all =
        readers.getOrDefault(node.getName(), List.of()).stream()
            .filter(reader -> !reader.getOp().equals("Shape"))
            .toList();
    boolean only = all.size() == 1 && all.get(0).getOp().equals(op);
    return only ? Optional.of(all.get(0)) : Optional.empty();
  }
}
