package io.loramer.savedmodels;

import com.google.protobuf.ByteString;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Gives GELU and dropout gradients that compute anew, when the gradient arrives, what TensorFlow
 * would keep for them since the forward pass: of GELU only its input is kept, of dropout a byte for
 * each element; and of a product with what dropout let through neither that nor its mask.
 *
 * <p>What such a gradient belongs to gets an {@code IdentityN} behind it, {@code [value, inputs]},
 * an op for which TensorFlow's C++ has no gradient of its own; its name says what to compute. The
 * value stands behind a {@code StopGradient}, so nothing asks for the gradients of what led to it.
 *
 * @see <a href="https://arxiv.org/abs/1604.06174">Chen et al. 2016, Training Deep Nets with
 *     Sublinear Memory Cost</a>
 */
final class Rematerialization {
  private static final String GELU = "/gelu_gradient";
  private static final String DROPOUT = "/dropout_gradient";
  private static final String PRODUCT = "/dropped_product_gradient";

  /** Of an Einsum that multiplies matrices, batched alike, such as {@code bnqk,bnkd->bnqd}. */
  private static final Pattern EQUATION =
      Pattern.compile("(\\w*)(\\w)(\\w),\\1\\3(\\w)->\\1\\2\\4");

  static {
    TensorFlow.registerCustomGradient("IdentityN", Rematerialization::gradient);
  }

  private final GraphDefEditor graph;
  private final Map<String, List<NodeDef.Builder>> readers;

  /** What is read in the end for each value, by {@code node:0}. */
  private final Map<String, String> moved = new LinkedHashMap<>();

  private final List<NodeDef> added = new ArrayList<>();

  private Rematerialization(GraphDefEditor graph) {
    this.graph = graph;
    this.readers = graph.readers();
  }

  /** Rewrites a graph for training, which has no {@code IdentityN} yet. */
  static void rewrite(GraphDefEditor graph) {
    Rematerialization rematerialization = new Rematerialization(graph);
    for (NodeDef.Builder node : List.copyOf(graph.nodes())) {
      if (node.getOp().equals("Erf")) {
        rematerialization.gelu(node);
      } else if (node.getOp().equals("Square")) {
        node.setOp("Mul").addInput(node.getInput(0)); // the gradient of Square keeps 2x beside x
      } else if (node.getOp().equals("Cast")
          && node.getAttrOrThrow("SrcT").getType() == DataType.DT_BOOL) {
        rematerialization.dropout(node);
      }
    }
    rematerialization.finish();
  }

  /** Adds what was made; of two parts in a row the second takes what the first gives in the end. */
  private void finish() {
    graph.redirect(moved);
    for (NodeDef node : added) {
      NodeDef.Builder taking = node.toBuilder();
      boolean isGradient = node.getOp().equals("IdentityN");
      for (int i = 0; isGradient && i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        taking.setInput(i, moved.getOrDefault(GraphDefEditor.withPlace(input), input));
      }
      graph.add(taking.build());
    }
  }

  /** {@code (x · ½) · (erf(x · √½) + 1)}. */
  private void gelu(NodeDef.Builder erf) {
    NodeDef.Builder scaled = graph.producer(erf.getInput(0));
    Optional<NodeDef.Builder> sum = onlyReader(erf, "Add");
    Optional<NodeDef.Builder> value = sum.flatMap(one -> onlyReader(one, "Mul"));
    if (value.isEmpty() || !scaled.getOp().equals("Mul")) {
      return;
    }
    String x = scaled.getInput(0);
    NodeDef.Builder half = graph.producer(value.get().getInput(0));
    if (half.getOp().equals("Mul")
        && half.getInput(0).equals(x)
        && isScalar(half.getInput(1), 0.5f)
        && isScalar(scaled.getInput(1), (float) Math.sqrt(0.5))
        && isScalar(sum.get().getInput(1), 1f)) {
      insert(value.get().getName(), GELU, List.of(x));
    }
  }

  /** {@code x · (mask · scale)}, and what is multiplied with that and nothing else. */
  private void dropout(NodeDef.Builder mask) {
    Optional<NodeDef.Builder> scaled = onlyReader(mask, "Mul");
    Optional<NodeDef.Builder> dropped = scaled.flatMap(scale -> onlyReader(scale, "Mul"));
    if (dropped.isEmpty()
        || !graph.producer(mask.getInput(0)).getOp().equals("GreaterEqual") // as in Dropout
        || graph.producer(scaled.get().getInput(0)) != mask
        || scalar(scaled.get().getInput(1)).isEmpty()
        || graph.producer(dropped.get().getInput(1)) != scaled.get()) {
      return;
    }
    String x = dropped.get().getInput(0);
    Optional<NodeDef.Builder> product =
        Stream.of("Einsum", "MatMul")
            .flatMap(op -> onlyReader(dropped.get(), op).stream())
            .filter(reader -> graph.producer(reader.getInput(0)) == dropped.get())
            .filter(Rematerialization::isDifferentiable)
            .findAny();
    if (product.isPresent()) {
      insert(product.get().getName(), PRODUCT, List.of(x, product.get().getInput(1)));
    } else {
      insert(dropped.get().getName(), DROPOUT, List.of(x));
    }
  }

  /** Returns whether {@link #ofProduct} has the gradients of a product. */
  private static boolean isDifferentiable(NodeDef.Builder product) {
    return product.getOp().equals("MatMul")
        ? !product.getAttrOrThrow("transpose_a").getB()
        : EQUATION.matcher(product.getAttrOrThrow("equation").getS().toStringUtf8()).matches();
  }

  private boolean isScalar(String input, float value) {
    return scalar(input).equals(Optional.of(value));
  }

  /** Returns the value of a float32 scalar, empty if the input is no such constant. */
  private Optional<Float> scalar(String input) {
    NodeDef.Builder node = graph.producer(input);
    TensorProto tensor = node.getAttrOrDefault("value", AttrValue.getDefaultInstance()).getTensor();
    if (!node.getOp().equals("Const")
        || tensor.getDtype() != DataType.DT_FLOAT
        || tensor.getTensorShape().getDimCount() > 0) {
      return Optional.empty();
    }
    ByteString content = tensor.getTensorContent();
    if (content.isEmpty()) {
      return tensor.getFloatValList().stream().findFirst();
    }
    return Optional.of(content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getFloat());
  }

  private Optional<NodeDef.Builder> onlyReader(NodeDef.Builder node, String op) {
    List<NodeDef.Builder> all = readers.getOrDefault(node.getName(), List.of());
    boolean only = all.size() == 1 && all.get(0).getOp().equals(op);
    return only ? Optional.of(all.get(0)) : Optional.empty();
  }

  private void insert(String value, String kind, List<String> inputs) {
    AttrValue type = AttrValue.newBuilder().setType(DataType.DT_FLOAT).build();
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    String stop = value + kind + "/value";
    NodeDef.Builder all = NodeDef.newBuilder().setName(value + kind).setOp("IdentityN");
    all.addInput(stop).addAllInput(inputs);
    all.getInputList().forEach(input -> types.addType(DataType.DT_FLOAT));
    all.putAttr("T", AttrValue.newBuilder().setList(types).build());
    added.add(
        NodeDef.newBuilder()
            .setName(stop)
            .setOp("StopGradient")
            .addInput(value)
            .putAttr("T", type)
            .build());
    added.add(all.build());
    moved.put(value + ":0", value + kind + ":0");
  }

  /** Returns the gradients of an {@code IdentityN}'s inputs; that of the first goes nowhere. */
  private static List<Operand<?>> gradient(Ops tf, GraphOperation op, List<Output<?>> gradients) {
    Output<TFloat32> dy = gradients.get(0).expect(TFloat32.class);
    GraphOperation value = operation(operation(op, 0), 0);
    List<Operand<?>> all = new ArrayList<>(List.of(dy));
    if (op.name().endsWith(GELU)) {
      all.add(ofGelu(tf, once(tf, dy, op.input(1).expect(TFloat32.class)), dy));
    } else if (op.name().endsWith(DROPOUT)) {
      Dropped dropped = Dropped.of(value);
      all.add(tf.math.mul(tf.math.mul(dy, dropped.scale), dropped.mask(tf, dy)));
    } else {
      all.addAll(ofProduct(tf, Dropped.of(operation(value, 0)), value, dy));
    }
    return all;
  }

  /**
   * Returns a tensor as soon as the gradient is there: what is computed of it could be computed in
   * the forward pass too, and then would be kept. A shape that the gradient goes into lets it wait;
   * control inputs are dropped by the builder of gradients, and an {@code IdentityN} by Grappler.
   */
  private static <T extends TType> Operand<T> once(
      Ops tf, Output<TFloat32> gradient, Output<T> kept) {
    var one = tf.math.sign(tf.size(gradient));
    return tf.reshape(kept, tf.math.mul(tf.shape(kept), one));
  }

  /** With z = x √½: {@code dx = dy · ½ (1 + erf(z) + 2/√π z exp(−z²))}. */
  private static Operand<TFloat32> ofGelu(Ops tf, Operand<TFloat32> x, Output<TFloat32> dy) {
    var z = tf.math.mul(x, tf.constant((float) Math.sqrt(0.5)));
    var density = tf.math.exp(tf.math.neg(tf.math.square(z)));
    var slope = tf.math.mul(tf.math.mul(z, tf.constant((float) (2 / Math.sqrt(Math.PI)))), density);
    var sum = tf.math.add(tf.math.add(tf.math.erf(z), slope), tf.constant(1f));
    return tf.math.mul(tf.math.mul(dy, tf.constant(0.5f)), sum);
  }

  private static List<Operand<?>> ofProduct(
      Ops tf, Dropped dropped, GraphOperation product, Output<TFloat32> dy) {
    Output<TFloat32> other = product.input(1).expect(TFloat32.class);
    var mask = dropped.mask(tf, dy);
    var let = tf.math.mul(dropped.x, mask);
    var scaled = tf.math.mul(dy, dropped.scale); // here, where it is small
    if (product.type().equals("Einsum")) {
      Matcher indices = EQUATION.matcher(product.attributes().getAttrString("equation"));
      String ofLet = indices.replaceFirst("$1$2$4,$1$3$4->$1$2$3");
      String ofOther = indices.replaceFirst("$1$2$3,$1$2$4->$1$3$4");
      return List.of(
          tf.math.mul(tf.linalg.einsum(List.of(scaled, other), ofLet), mask),
          tf.linalg.einsum(List.of(let, scaled), ofOther));
    }
    boolean transposed = product.attributes().getAttrBool("transpose_b");
    var ofLet = tf.linalg.matMul(scaled, other, MatMul.transposeB(!transposed));
    var ofOther =
        transposed
            ? tf.linalg.matMul(scaled, let, MatMul.transposeA(true))
            : tf.linalg.matMul(let, scaled, MatMul.transposeA(true));
    return List.of(tf.math.mul(ofLet, mask), ofOther);
  }

  private static GraphOperation operation(GraphOperation reader, int input) {
    return (GraphOperation) reader.input(input).op();
  }

  /** Dropout that was found again in the graph: {@code x · (keep · scale)}. */
  private record Dropped(Output<TFloat32> x, Output<TBool> keep, Output<TFloat32> scale) {
    static Dropped of(GraphOperation dropped) {
      GraphOperation scaled = operation(dropped, 1);
      return new Dropped(
          dropped.input(0).expect(TFloat32.class),
          operation(scaled, 0).input(0).expect(TBool.class),
          scaled.input(1).expect(TFloat32.class));
    }

    Operand<TFloat32> mask(Ops tf, Output<TFloat32> gradient) {
      return tf.dtypes.cast(once(tf, gradient, keep), TFloat32.class);
    }
  }
}
