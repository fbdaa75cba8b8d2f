package io.loramer.savedmodels.optimize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

final class RoundedProductsTest {
  private static final DataType TYPE = DataType.DT_BFLOAT16;

  /** Values that bfloat16 has, and so has every sum of their products here. */
  private static final float[][] X = {{1, -2, 0.5f}, {3, 0, 4}};

  private static final float[][] KERNEL = {{2, 1}, {-1, 0.5f}, {8, -4}};

  private static final float[][] PRODUCT = {{8, -2}, {38, -13}};

  @Test
  void kernelThatOnlyProductsReadIsHeldRounded() {
    GraphDefEditor editor = rounded(matrixProduct(false));
    assertEquals(TYPE, type(editor, "kernel"));
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TFloat32 x = TFloat32.tensorOf(StdArrays.ndCopyOf(X))) {
      graph.importGraphDef(editor.toGraphDef());
      Ops tf = Ops.create(graph);
      var value = tf.dtypes.cast(tf.constant(KERNEL), TBfloat16.class);
      session
          .runner()
          .addTarget(tf.assignVariableOp(graph.outputOrThrow("kernel:0"), value))
          .run()
          .close();
      try (Result result = session.runner().feed("x", x).fetch("end").run()) {
        assertEquals(StdArrays.ndCopyOf(PRODUCT), result.get(0));
      }
    }
  }

  @Test
  void kernelThatSomethingElseReadsStaysAsItIs() {
    GraphDefEditor editor = rounded(matrixProduct(true));
    assertEquals(DataType.DT_FLOAT, type(editor, "kernel"));
    assertEquals(TYPE, editor.producer("product").getAttrOrThrow("T").getType());
  }

  @Test
  void convolutionOfTheWaveformIsNotRounded() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(graph, 1);
      var waveform = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 1, -1, 1)));
      List<Long> strides = List.of(1L, 1L, 2L, 1L);
      Operand<TFloat32> first = variables.frozen("first", Shape.of(1, 5, 1, 3));
      Operand<TFloat32> second = variables.frozen("second", Shape.of(1, 3, 3, 4));
      var x = tf.withName("heard").nn.conv2d(waveform, first, strides, "VALID");
      tf.withName("end").identity(tf.withName("later").nn.conv2d(x, second, strides, "VALID"));
      GraphDefEditor editor = rounded(new GraphDefEditor(graph.toGraphDef()));
      assertEquals(DataType.DT_FLOAT, editor.producer("heard").getAttrOrThrow("T").getType());
      assertEquals(TYPE, editor.producer("later").getAttrOrThrow("T").getType());
      assertEquals(DataType.DT_FLOAT, type(editor, "first"));
      assertEquals(TYPE, type(editor, "second"));
    }
  }

  private static GraphDefEditor matrixProduct(boolean readsKernelOtherwise) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> kernel = new Variables(graph, 1).frozen("kernel", Shape.of(3, 2));
      var x = tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 3)));
      Operand<TFloat32> y = tf.withName("product").linalg.matMul(x, kernel);
      if (readsKernelOtherwise) {
        y = tf.math.add(y, tf.reduceSum(kernel, tf.constant(0)));
      }
      // As Keras has it: what only waits for the kernel does not read it.
      tf.withControlDependencies(kernel).withName("end").identity(y);
      return new GraphDefEditor(graph.toGraphDef());
    }
  }

  private static GraphDefEditor rounded(GraphDefEditor editor) {
    RoundedProducts.rewrite(editor, Set.of(), TYPE, false);
    editor.keepOnly(List.of("end"));
    RoundedProducts.holdKernels(editor, TYPE);
    return editor;
  }

  private static DataType type(GraphDefEditor editor, String variable) {
    return editor.producer(variable).getAttrOrThrow("dtype").getType();
  }
}
