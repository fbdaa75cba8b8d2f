package io.loramer.savedmodels.graph;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Saves resource variables to TensorFlow checkpoints and restores them.
 *
 * <p>It consists of nodes of the graph and a {@code SaverDef}, as in SavedModels. TensorFlow Java's
 * own saver handles reference variables only; for resource variables it writes an empty {@code
 * variables/} and reports no error.
 */
public final class Saver {
  private final Operand<TString> filename;
  private final Operand<TString> saved;
  private final Op restored;

  /** Adds the nodes that save and restore these variables to the graph, under {@code save/}. */
  public Saver(Graph graph, List<Variable<?>> variables) {
    Ops tf = Ops.create(graph).withSubScope("save");
    filename = tf.withName("filename").placeholder(TString.class);
    String[] names = variables.stream().map(Variable::name).toArray(String[]::new);
    var tensorNames = tf.withName("tensor_names").constant(NdArrays.vectorOfObjects(names));
    // An empty slice stands for the whole tensor.
    String[] whole = Collections.nCopies(names.length, "").toArray(String[]::new);
    var slices = tf.withName("slices").constant(NdArrays.vectorOfObjects(whole));
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (Variable<?> variable : variables) {
      values.add(variable.value());
      types.add(variable.type());
    }
    Op save = tf.train.save(filename, tensorNames, slices, values);
    saved = tf.withControlDependencies(save).withName("saved").identity(filename);

    var stored = tf.train.restore(filename, tensorNames, slices, types).tensors();
    List<Op> assignments = new ArrayList<>();
    for (int i = 0; i < stored.size(); i++) {
      assignments.add(tf.assignVariableOp(variables.get(i).handle(), stored.get(i)));
    }
    restored = tf.withControlDependencies(assignments).withName("restored").noOp();
  }

  /** Saves the variables to {@code prefix.index} and {@code prefix.data-00000-of-00001}. */
  public void save(Session session, Path prefix) {
    try (TString path = TString.scalarOf(prefix.toString())) {
      session.runner().feed(filename, path).addTarget(saved.op()).run().close();
    }
  }

  /** Restores the variables from files that {@link #save} wrote. */
  public void restore(Session session, Path prefix) {
    try (TString path = TString.scalarOf(prefix.toString())) {
      session.runner().feed(filename, path).addTarget(restored.op()).run().close();
    }
  }

  /** Returns the names of these nodes, as TensorFlow's loaders expect them. */
  public SaverDef toProto() {
    return SaverDef.newBuilder()
        .setFilenameTensorName(filename.op().name() + ":0")
        .setSaveTensorName(saved.op().name() + ":0")
        .setRestoreOpName(restored.op().name())
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }
}
