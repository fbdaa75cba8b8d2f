package io.loramer.savedmodels.graph;

import static java.util.stream.Collectors.joining;

import io.loramer.savedmodels.graph.Variable.Role;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Creates the resource variables of a graph and keeps account of them.
 *
 * <p>Each variable has a shared name of its own, since TensorFlow lets all variables of a dtype
 * without one share a single buffer and reports no error; names are unique; and each variable is
 * trainable, frozen or state. A dotted name becomes scopes of the graph: the node of {@code
 * encoder.layers.0.q_proj.weight} is {@code encoder/layers.0/q_proj/weight}.
 */
public final class Variables {
  private final Graph graph;
  private final long seed;
  private final String prefix;
  private final Map<String, Variable<?>> byName;
  private final List<AssignVariableOp> initialAssignments;
  private final Ops initial; // one scope for all initial values

  private Variables(Variables parent, String prefix) {
    this.graph = parent.graph;
    this.seed = parent.seed;
    this.byName = parent.byName;
    this.initialAssignments = parent.initialAssignments;
    this.initial = parent.initial;
    this.prefix = prefix;
  }

  /**
   * Creates an empty set of variables for a graph.
   *
   * @param seed of all initial values; each depends only on it and on the variable's name
   */
  public Variables(Graph graph, long seed) {
    this.graph = graph;
    this.seed = seed;
    this.prefix = "";
    this.byName = new LinkedHashMap<>();
    this.initialAssignments = new ArrayList<>();
    this.initial = Ops.create(graph).withSubScope("initial");
  }

  /** Returns a view of the same variables that puts {@code name.} before the names it is given. */
  public Variables scope(String name) {
    return new Variables(this, prefix + name + ".");
  }

  /** Creates a trainable float32 variable; {@link #initialize} draws its value. */
  public Operand<TFloat32> trainable(String name, Shape shape, VariableInitializer initial) {
    Variable<TFloat32> variable = create(name, TFloat32.class, shape, Role.TRAINABLE);
    drawInitially(variable, initial);
    return variable.value();
  }

  /** Creates a variable of the training loop, which {@link #initialize} sets to zeros. */
  public <T extends TType> Variable<T> state(String name, Class<T> type, Shape shape) {
    Variable<T> variable = create(name, type, shape, Role.STATE);
    Ops tf = initial;
    // Not tf.zeros: it opens a scope, for which TensorFlow Java walks through the whole graph.
    Operand<T> zeros = tf.fill(tf.constant(shape.asArray()), tf.dtypes.cast(tf.constant(0), type));
    initialAssignments.add(tf.assignVariableOp(variable.handle(), zeros));
    return variable;
  }

  /** Creates a frozen float32 variable, whose value must be restored or assigned. */
  public Operand<TFloat32> frozen(String name, Shape shape) {
    return create(name, TFloat32.class, shape, Role.FROZEN).value();
  }

  /**
   * Adds a variable whose nodes an import brought into the graph.
   *
   * @param initial draws its value; empty if the value is restored or assigned
   */
  public void adopt(Variable<?> variable, Optional<VariableInitializer> initial) {
    if (byName.putIfAbsent(variable.name(), variable) != null) {
      throw new IllegalArgumentException("variable " + variable.name() + " exists already");
    }
    initial.ifPresent(i -> drawInitially(variable, i));
  }

  private void drawInitially(Variable<?> variable, VariableInitializer drawn) {
    Ops tf = initial;
    var dimensions = tf.constant(variable.shape().asArray());
    long variableSeed = seed ^ hash(variable.name());
    var value = drawn.seeded(variableSeed).call(tf, dimensions, TFloat32.class);
    initialAssignments.add(tf.assignVariableOp(variable.handle(), value));
  }

  /** Draws the initial values of the trainable variables and zeroes the state. */
  public void initialize(Session session) {
    Session.Runner runner = session.runner();
    initialAssignments.forEach(runner::addTarget);
    if (!initialAssignments.isEmpty()) {
      runner.run().close();
    }
  }

  /**
   * Assigns float32 values to variables, rounded where a variable has half precision.
   *
   * @param values by the variables' names
   * @throws IllegalArgumentException if a variable does not exist or has another shape; the message
   *     lists all such problems
   */
  public void assign(Session session, Map<String, TFloat32> values) {
    List<String> problems = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          Variable<?> variable = byName.get(name);
          if (variable == null) {
            problems.add(name + ": no such variable");
          } else if (!variable.shape().equals(value.shape())) {
            problems.add(
                name + ": expected shape " + variable.shape() + ", found " + value.shape());
          }
        });
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    Ops tf = Ops.create(graph).withSubScope("assign");
    Session.Runner runner = session.runner();
    values.forEach(
        (name, value) -> {
          var fed = tf.placeholder(TFloat32.class, Placeholder.shape(value.shape()));
          runner.feed(fed, value);
          Variable<?> variable = byName.get(name);
          runner.addTarget(
              tf.assignVariableOp(variable.handle(), tf.dtypes.cast(fed, variable.type())));
        });
    if (!values.isEmpty()) {
      runner.run().close();
    }
  }

  /**
   * Returns the values of variables, in the order of the names.
   *
   * @return tensors that the caller closes, by closing the result
   */
  public Values values(Session session, List<String> names) {
    Session.Runner runner = session.runner();
    for (String name : names) {
      runner.fetch(byName.get(name).value());
    }
    return new Values(names, runner.run());
  }

  /** Values of variables at one moment. */
  public record Values(List<String> names, Result result) implements AutoCloseable {
    /** Returns the tensors of float32 variables by name, valid until this is closed. */
    public Map<String, TFloat32> byName() {
      Map<String, TFloat32> values = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        values.put(names.get(i), (TFloat32) result.get(i));
      }
      return values;
    }

    @Override
    public void close() {
      result.close();
    }
  }

  /** Returns the variables of these roles, in the order of their creation. */
  public List<Variable<?>> all(Role... roles) {
    List<Role> wanted = Arrays.asList(roles);
    return byName.values().stream().filter(v -> wanted.contains(v.role())).toList();
  }

  /** Returns the trainable variables, in the order of their creation. */
  public List<Variable<TFloat32>> trainable() {
    List<Variable<TFloat32>> trainable = new ArrayList<>();
    for (Variable<?> variable : all(Role.TRAINABLE)) {
      @SuppressWarnings("unchecked") // trainable() above makes only float32, adopt() LoRA's float32
      Variable<TFloat32> float32 = (Variable<TFloat32>) variable;
      trainable.add(float32);
    }
    return trainable;
  }

  private <T extends TType> Variable<T> create(String name, Class<T> type, Shape shape, Role role) {
    String fullName = prefix + name;
    if (byName.containsKey(fullName)) {
      throw new IllegalArgumentException("variable " + fullName + " exists already");
    }
    String path = path(fullName);
    Operation handle =
        graph
            .opBuilder("VarHandleOp", path, graph.baseScope())
            .setAttr("dtype", Operands.toDataType(type))
            .setAttr("shape", shape)
            .setAttr("shared_name", fullName)
            .build();
    Operation read =
        graph
            .opBuilder("ReadVariableOp", path + "/read", graph.baseScope())
            .addInput(handle.output(0))
            .setAttr("dtype", Operands.toDataType(type))
            .build();
    Variable<T> variable =
        new Variable<>(fullName, type, shape, role, handle.output(0), read.output(0));
    byName.put(fullName, variable);
    return variable;
  }

  /** Returns the graph path of a dotted name; a number stays with the part before it. */
  public static String path(String name) {
    return Stream.of(name.split("\\.(?![0-9]+(\\.|$))")).collect(joining("/"));
  }

  /** Returns a hash of the name, the same in every JVM. */
  static long hash(String name) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
