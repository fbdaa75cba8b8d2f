package io.loramer.savedmodels.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraInjection;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.lora.TargetModules;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/** Which variables LoRA takes for kernels, and of what sizes: here all map from 5 to 3. */
final class LinearKernelTest {
  private static final LoraConfig ALL = new LoraConfig(2, 4, 0, new TargetModules(List.of(), ".*"));

  /** A graph whose x [N, 5] is multiplied by a kernel that reaches the MatMul in some way. */
  private static final class Layer implements AutoCloseable {
    final Graph graph = new Graph();
    final Ops tf = Ops.create(graph);
    final Operand<TFloat32> x = tf.placeholder(TFloat32.class);

    Operand<TFloat32> kernel(long... shape) {
      return new Variables(graph, 1).frozen("dense.weight", Shape.of(shape));
    }

    List<LoraTarget> targets() {
      return LoraInjection.inject(new GraphDefEditor(graph.toGraphDef()), ALL, false);
    }

    @Override
    public void close() {
      graph.close();
    }
  }

  @Test
  void kernelThatIsTransposedOnItsWayIsStoredByRowsOfTheOutput() {
    try (Layer layer = new Layer()) {
      var kernel =
          layer.tf.linalg.transpose(layer.kernel(3, 5), layer.tf.constant(new int[] {1, 0}));
      layer.tf.linalg.matMul(layer.x, kernel);
      assertEquals(List.of(new LoraTarget("dense.weight", 5, 3, true)), layer.targets());
    }
  }

  @Test
  void twoTranspositionsCancel() {
    try (Layer layer = new Layer()) {
      var kernel =
          layer.tf.linalg.transpose(layer.kernel(5, 3), layer.tf.constant(new long[] {1, 0}));
      layer.tf.linalg.matMul(layer.x, kernel, MatMul.transposeB(true));
      assertEquals(List.of(new LoraTarget("dense.weight", 5, 3, false)), layer.targets());
    }
  }

  @ParameterizedTest
  @CsvSource({"5,3", "-1,3", "5,-1"})
  void reshapingToTheSameShapeChangesNothing(int rows, int columns) {
    try (Layer layer = new Layer()) {
      var tf = layer.tf;
      var untouched = tf.linalg.transpose(layer.kernel(5, 3), tf.constant(new int[] {0, 1}));
      tf.linalg.matMul(layer.x, tf.reshape(untouched, tf.constant(new int[] {rows, columns})));
      assertEquals(List.of(new LoraTarget("dense.weight", 5, 3, false)), layer.targets());
    }
  }

  @Test
  void variableOfAnotherShapeIsNoKernel() {
    try (Layer layer = new Layer()) {
      var tf = layer.tf;
      var squeezed = tf.reshape(layer.kernel(3, 5), tf.constant(new int[] {5, 3}));
      tf.linalg.matMul(layer.x, squeezed);
      assertNoTarget(layer);
    }
  }

  @Test
  void matrixThatIsComputedIsNoKernel() {
    try (Layer layer = new Layer()) {
      var doubled = layer.tf.math.add(layer.kernel(5, 3), layer.tf.constant(1f));
      layer.tf.linalg.matMul(layer.x, doubled);
      assertNoTarget(layer);
    }
  }

  @Test
  void kernelThatMultipliesColumnsIsNoTarget() {
    try (Layer layer = new Layer()) {
      layer.tf.linalg.matMul(layer.x, layer.kernel(5, 3), MatMul.transposeA(true));
      assertNoTarget(layer);
    }
  }

  private static void assertNoTarget(Layer layer) {
    var refused = assertThrows(IllegalArgumentException.class, layer::targets);
    assertTrue(refused.getMessage().contains("matches no linear map"), refused.getMessage());
  }
}
