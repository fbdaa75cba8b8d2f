package io.loramer.savedmodels.optimize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class RematerializationTest {
  private static final float RATE = 0.3f;
  private static final long SEED = 71;

  /** What the rewritten parts read and are read by, so that gradients pass through all of them. */
  private static GraphDef network() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Dropout dropout =
          Dropout.seededBy(tf.withName(Dropout.SEED).placeholder(TInt64.class)); // a scalar
      Operand<TFloat32> x = tf.withName("x").placeholder(TFloat32.class); // [5, 3]
      Operand<TFloat32> kernel = tf.withName("kernel").placeholder(TFloat32.class); // [7, 3]
      Operand<TFloat32> values = tf.withName("values").placeholder(TFloat32.class); // [2, 7, 4]

      Operand<TFloat32> sum = tf.math.add(x, tf.constant(0.1f));
      var erf = tf.math.erf(tf.math.mul(sum, tf.constant((float) Math.sqrt(0.5))));
      var half = tf.math.mul(sum, tf.constant(0.5f));
      Operand<TFloat32> gelu = tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
      var letThrough = dropout.apply(tf, gelu, RATE); // [5, 3]
      var mapped = tf.linalg.matMul(letThrough, kernel, MatMul.transposeB(true)); // [5, 7]
      var weights = tf.nn.softmax(tf.stack(List.of(mapped, tf.math.square(mapped)))); // [2, 5, 7]
      var attended =
          tf.linalg.einsum(
              List.of(dropout.apply(tf, weights, RATE), values), "bqk,bkd->bqd"); // [2, 5, 4]
      var end = dropout.apply(tf, tf.math.square(attended), RATE);
      tf.withName("loss").math.mean(end, tf.constant(new int[] {0, 1, 2}));
      return graph.toGraphDef();
    }
  }

  @Test
  void theGradientsAreThoseOfTensorFlow() {
    GraphDef plain = network();
    GraphDefEditor editor = new GraphDefEditor(plain);
    Rematerialization.rewrite(editor);
    GraphDef rewritten = editor.toGraphDef();
    assertEquals(
        4, rewritten.getNodeList().stream().filter(n -> n.getOp().equals("IdentityN")).count());

    float[][] expected = lossAndGradients(plain);
    float[][] found = lossAndGradients(rewritten);

    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], found[i], 1e-6f, "tensor " + i);
    }
  }

  @Test
  void nothingOfTheForwardPassIsComputedFromBeforeTheGradientIsThere() {
    GraphDefEditor editor = new GraphDefEditor(network());
    Rematerialization.rewrite(editor);
    try (Graph graph = new Graph()) {
      graph.importGraphDef(editor.toGraphDef());
      gradients(graph);
      GraphDefEditor whole = new GraphDefEditor(graph.toGraphDef());
      List<String> masks =
          whole.nodes().stream()
              .filter(node -> node.getName().startsWith("gradients/"))
              .filter(node -> node.getOp().equals("Erf") || isMask(node))
              .map(node -> node.getName())
              .toList();

      assertEquals(4, masks.size()); // three masks and GELU's error function
      for (String mask : masks) {
        assertTrue(whole.neededBy(List.of(mask)).contains("gradients/OnesLike"), mask);
      }
    }
  }

  @Test
  void whatOnlyLooksLikeGeluOrDropoutIsLeftAlone() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = tf.placeholder(TFloat32.class);
      for (float[] c : new float[][] {{0.8f, 0.5f, 1}, {(float) Math.sqrt(0.5), 1, 1}}) {
        var erf = tf.math.erf(tf.math.mul(x, tf.constant(c[0])));
        tf.math.mul(tf.math.mul(x, tf.constant(c[1])), tf.math.add(erf, tf.constant(c[2])));
      }
      var padding = tf.dtypes.cast(tf.math.less(x, tf.constant(0f)), TFloat32.class);
      tf.math.mul(x, tf.math.mul(padding, tf.constant(2f)));
      GraphDefEditor editor = new GraphDefEditor(graph.toGraphDef());
      GraphDef before = editor.toGraphDef();

      Rematerialization.rewrite(editor);

      assertEquals(before, editor.toGraphDef());
    }
  }

  private static boolean isMask(NodeDef.Builder node) {
    return node.getOp().equals("Cast") && node.getAttrOrThrow("SrcT").getType() == DataType.DT_BOOL;
  }

  private static Output<?>[] gradients(Graph graph) {
    Output<?>[] of =
        List.of("x", "kernel", "values").stream()
            .map(name -> graph.outputOrThrow(name + ":0"))
            .toArray(Output<?>[]::new);
    return graph.addGradients(
        "gradients", new Output<?>[] {graph.outputOrThrow("loss:0")}, of, null);
  }

  private static float[][] lossAndGradients(GraphDef network) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(network);
      Output<?>[] gradients = gradients(graph);
      try (Session session = new Session(graph);
          TInt64 seed = TInt64.scalarOf(SEED);
          TFloat32 x = random(Shape.of(5, 3));
          TFloat32 kernel = random(Shape.of(7, 3));
          TFloat32 values = random(Shape.of(2, 7, 4));
          Result result =
              session
                  .runner()
                  .feed(Dropout.SEED, seed)
                  .feed("x", x)
                  .feed("kernel", kernel)
                  .feed("values", values)
                  .fetch("loss")
                  .fetch(gradients[0])
                  .fetch(gradients[1])
                  .fetch(gradients[2])
                  .run()) {
        return IntStream.range(0, result.size())
            .mapToObj(i -> floats((TFloat32) result.get(i)))
            .toArray(float[][]::new);
      }
    }
  }

  private static TFloat32 random(Shape shape) {
    Random random = new Random(shape.size());
    TFloat32 tensor = TFloat32.tensorOf(shape);
    tensor.scalars().forEach(scalar -> scalar.setFloat((float) random.nextGaussian()));
    return tensor;
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
