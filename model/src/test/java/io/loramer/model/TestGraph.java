package io.loramer.model;

import io.loramer.savedmodels.Variable;
import io.loramer.savedmodels.Variables;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A graph with its session and its variables, for one test. */
final class TestGraph implements AutoCloseable {
  final Graph graph = new Graph();
  final Session session = new Session(graph);
  final Ops tf = Ops.create(graph);
  final Variables variables = new Variables(graph, 7);

  Operand<TFloat32> constant(Shape shape, float[] values) {
    return tf.constant(shape, DataBuffers.of(values));
  }

  /** Returns a variable by its name. */
  Variable<TFloat32> variable(String name) {
    return variables.trainable().stream()
        .filter(variable -> variable.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  void assign(Variable<TFloat32> variable, float[] values) {
    session.run(tf.assignVariableOp(variable.handle(), constant(variable.shape(), values)));
  }

  List<Operand<TFloat32>> gradients(Operand<TFloat32> y, List<Operand<TFloat32>> xs) {
    Output<?>[] of = xs.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    for (Output<?> gradient : graph.addGradients(y.asOutput(), of)) {
      gradients.add(gradient.expect(TFloat32.class));
    }
    return gradients;
  }

  float[] run(Operand<TFloat32> wanted) {
    return run(List.of(wanted)).get(0);
  }

  /** Runs once, and returns the values of each, flat. */
  List<float[]> run(List<Operand<TFloat32>> wanted) {
    Session.Runner runner = session.runner();
    wanted.forEach(runner::fetch);
    List<float[]> values = new ArrayList<>();
    try (var result = runner.run()) {
      result.forEach(entry -> values.add(floats((TFloat32) entry.getValue())));
    }
    return values;
  }

  static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
