package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.encoders.Parameter.Storage;
import io.loramer.savedmodels.graph.Variables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The frozen variables of an encoder's graph, the list of parameters that a checkpoint must have,
 * and the scope of the graph for each module's ops and parameters.
 */
final class Parameters {
  private final Variables variables;
  private final String prefix;
  private final Ops tf;
  private final Map<String, Parameters> children = new HashMap<>();
  private final List<Parameter> required;

  private Parameters(Variables variables, String prefix, Ops tf, List<Parameter> required) {
    this.variables = variables;
    this.prefix = prefix;
    this.tf = tf;
    this.required = required;
  }

  Parameters(Variables variables, Ops tf) {
    this(variables, "", tf, new ArrayList<>());
  }

  /** Returns the parameters of a module within this one. */
  Parameters module(String name) {
    // A scope is created once: TensorFlow would name a second one name_1.
    return children.computeIfAbsent(
        name,
        n -> new Parameters(variables.scope(n), prefix + n + ".", tf.withSubScope(n), required));
  }

  /** Returns the ops of this module's scope. */
  Ops tf() {
    return tf;
  }

  Operand<TFloat32> get(String name, long... shape) {
    return require(name, Storage.VERBATIM, shape);
  }

  /** Returns a convolution's kernel, float32 [1, size, in, out]. */
  Operand<TFloat32> convolution(String name, long out, long in, long size) {
    return require(name, Storage.CONVOLUTION, out, in, size);
  }

  /** Returns the product of a weight norm, float32 [1, size, in, out]. */
  Operand<TFloat32> weightNormedConvolution(String name, long out, long in, long size) {
    return require(name, Storage.WEIGHT_NORMED_CONVOLUTION, out, in, size);
  }

  /** Returns all parameters that were requested so far, in all modules. */
  List<Parameter> required() {
    return List.copyOf(required);
  }

  private Operand<TFloat32> require(String name, Storage storage, long... shape) {
    Parameter parameter = new Parameter(prefix + name, Shape.of(shape), storage);
    required.add(parameter);
    return variables.frozen(name, parameter.variableShape());
  }
}
