package io.loramer.model.testing;

import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variables;
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
public final class TestGraph implements AutoCloseable {
  public final Graph graph = new Graph();
  public final Session session = new Session(graph);
  public final Ops tf = Ops.create(graph);
  public final Variables variables = new Variables(graph, 7);

  public Operand<TFloat32> constant(Shape shape, float[] values) {
    return tf.constant(shape, DataBuffers.of(values));
  }

  /** Returns a variable by its name. */
  public Variable<TFloat32> variable(String name) {
    return variables.trainable().stream()
        .filter(variable -> variable.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  public void assign(Variable<TFloat32> variable, float[] values) {
    session.run(tf.assignVariableOp(variable.handle(), constant(variable.shape(), values)));
  }

  public List<Operand<TFloat32>> gradients(Operand<TFloat32> y, List<Operand<TFloat32>> xs) {
    Output<?>[] of = xs.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    for (Output<?> gradient : graph.addGradients(y.asOutput(), of)) {
      gradients.add(gradient.expect(TFloat32.class));
    }
    return gradients;
  }

  public float[] run(Operand<TFloat32> wanted) {
    return run(List.of(wanted)).get(0);
  }

  /** Runs once, and returns the values of each, flat. */
  public List<float[]> run(List<Operand<TFloat32>> wanted) {
    Session.Runner runner = session.runner();
    wanted.forEach(runner::fetch);
    List<float[]> values = new ArrayList<>();
    try (var result = runner.run()) {
      result.forEach(entry -> values.add(floats((TFloat32) entry.getValue())));
    }
    return values;
  }

  public static float[] floats(TFloat32 tensor) {
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
