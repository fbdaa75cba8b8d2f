package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variable;
import io.loramer.savedmodels.graph.Variable.Role;
import io.loramer.savedmodels.graph.VariableInitializer;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.rewrite.KnownShapes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * An encoder SavedModel that is imported into a bigger graph: its nodes are under a scope, its
 * variables are frozen and have the scope in their names, and LoRA is injected at the targets.
 *
 * <p>The SavedModel was written by {@code convert} or by Hugging Face's TF classes.
 */
public final class ImportedEncoder {
  private final Graph graph;
  private final String scope;
  private final EncoderNodes nodes;
  private final String variablePrefix;

  private ImportedEncoder(
      Graph graph,
      String scope,
      EncoderNodes nodes,
      String variablePrefix,
      Optional<Variables> adopter)
      throws IOException {
    this.graph = graph;
    this.scope = scope;
    this.nodes = nodes;
    this.variablePrefix = variablePrefix;
    Map<String, String> variables = nodes.reduce(adopter.isPresent());
    importNodes(nodes.graph(variablePrefix));
    adopter.ifPresent(a -> adopt(a, variables));
  }

  /**
   * Imports an encoder.
   *
   * @param variables of the graph; the encoder's are added frozen, LoRA's A (Gaussian, standard
   *     deviation 1/√in) and B (zeros) trainable
   * @param scope of the nodes, and the first part of the variables' names
   * @param tag {@link MetaGraph#TRAIN} falls back to {@link MetaGraph#SERVE} if there is no such
   *     graph
   * @param stage ops before the encoder's inputs, if any
   * @param computation how it is computed; compiled by XLA only with {@link MetaGraph#TRAIN}
   * @throws IOException if the SavedModel cannot be used as an encoder
   * @throws IllegalArgumentException if a target of LoRA matches no linear map
   */
  public static ImportedEncoder into(
      Graph graph,
      Variables variables,
      String scope,
      EncoderSavedModel model,
      String tag,
      Optional<LoraConfig> lora,
      Optional<EncoderInput> stage,
      Computation computation)
      throws IOException {
    return new ImportedEncoder(
        graph,
        scope,
        new EncoderNodes(model, tag, lora, stage, computation, List.of()),
        scope + ".",
        Optional.of(variables));
  }

  /**
   * Imports the part of a frozen encoder that computes some of its hidden states. Only the
   * variables of these layers are restored.
   *
   * @param states their numbers, as in {@link EncoderStates}
   */
  public static ImportedEncoder upTo(
      Graph graph,
      Variables variables,
      String scope,
      EncoderSavedModel model,
      List<Integer> states,
      EncoderInput stage)
      throws IOException {
    return new ImportedEncoder(
        graph,
        scope,
        new EncoderNodes(
            model,
            MetaGraph.SERVE,
            Optional.empty(),
            Optional.of(stage),
            Computation.FLOAT32,
            states),
        scope + ".",
        Optional.of(variables));
  }

  /** Imports the same encoder again under another scope, over the same variables. */
  public ImportedEncoder again(String scope, String tag, Optional<EncoderInput> stage)
      throws IOException {
    return new ImportedEncoder(
        graph, scope, nodes.again(tag, stage), variablePrefix, Optional.empty());
  }

  /** Returns a placeholder of the ops before the encoder, or else an input of the encoder. */
  public <T extends TType> Operand<T> input(String name, Class<T> type) {
    GraphOperation staged = graph.operation(scope + "/" + EncoderNodes.STAGE + "/" + name);
    return staged == null ? operand(nodes.inputs(), name, type) : staged.output(0).expect(type);
  }

  /** Returns the placeholders of the ops before the encoder, by their names. */
  public Map<String, Operand<?>> stageInputs() {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    for (String node : nodes.stageInputs()) {
      String name = node.substring(EncoderNodes.STAGE.length() + 1);
      inputs.put(name, graph.outputOrThrow(scope + "/" + node + ":0"));
    }
    return inputs;
  }

  /** Returns an output of the encoder's {@code serving_default}. */
  public <T extends TType> Operand<T> output(String name, Class<T> type) {
    return operand(nodes.outputs(), name, type);
  }

  /** Returns a hidden state, float32 [B, T, H], of an encoder that was imported up to it. */
  public Operand<TFloat32> state(int index) {
    return output(EncoderStates.name(index), TFloat32.class);
  }

  /** Returns the name of the node to feed with dropout's seed, if this graph has dropout. */
  public Optional<String> dropoutSeed() {
    String name = scope + "/" + Dropout.SEED;
    return Optional.ofNullable(graph.operation(name)).map(operation -> name);
  }

  /**
   * Merges an adapter into the kernels of an encoder that was imported without LoRA: {@code W0 +
   * scaling · B A}, with W0 from the SavedModel.
   *
   * @param variables of the graph, as given to the import
   * @throws IOException if the SavedModel's values are missing or damaged
   * @throws IllegalArgumentException if the adapter does not fit the encoder
   */
  public void merge(LoraAdapter adapter, Variables variables, Session session) throws IOException {
    List<LoraTarget> targets = adapter.targetsAmong(nodes.linearMaps());
    Map<String, TFloat32> merged = new LinkedHashMap<>();
    // From the SavedModel, since the variables may have rounded values.
    List<String> kernels =
        targets.stream().map(t -> scope + "/" + nodes.restored(t.kernel())).toList();
    try (Result stored = runSaver(session, runner -> kernels.forEach(runner::fetch))) {
      for (int i = 0; i < targets.size(); i++) {
        LoraTarget target = targets.get(i);
        TFloat32 kernel = (TFloat32) stored.get(i);
        merged.put(variablePrefix + target.kernel(), adapter.merge(target, kernel));
      }
      variables.assign(session, merged);
    } finally {
      merged.values().forEach(TFloat32::close);
    }
  }

  /**
   * Assigns an adapter's matrices to the bypasses of an encoder that was imported with LoRA.
   *
   * @param variables of the graph, as given to the import
   * @throws IllegalArgumentException if the adapter's targets or shapes differ
   */
  public void assign(LoraAdapter adapter, Variables variables, Session session) {
    Map<String, TFloat32> named = new LinkedHashMap<>();
    adapter.matrices().forEach((name, matrix) -> named.put(variablePrefix + name, matrix));
    variables.assign(session, named);
  }

  /** Returns the targets that LoRA was injected at. */
  public List<LoraTarget> targets() {
    return nodes.targets();
  }

  /**
   * Restores the frozen variables from the SavedModel.
   *
   * @throws IOException if they are missing or damaged
   */
  public void restore(Session session) throws IOException {
    String restoring = scope + "/" + nodes.saver().getRestoreOpName();
    runSaver(session, runner -> runner.addTarget(restoring)).close();
  }

  private Result runSaver(Session session, Consumer<Session.Runner> wanted) throws IOException {
    Path variables = nodes.folder().variables();
    try (TString files = TString.scalarOf(variables.toString())) {
      String fileName = scope + "/" + nodes.saver().getFilenameTensorName();
      Session.Runner runner = session.runner().feed(fileName, files);
      wanted.accept(runner);
      return runner.run();
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException(variables + ": cannot be restored: " + e.getMessage(), e);
    }
  }

  private <T extends TType> Operand<T> operand(
      Map<String, String> tensors, String name, Class<T> type) {
    return graph.outputOrThrow(scope + "/" + nodes.tensor(tensors, name)).expect(type);
  }

  private void importNodes(GraphDef definition) throws IOException {
    SavedModelFolder model = nodes.folder();
    try {
      graph.importGraphDef(definition, scope);
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException(model.path() + ": TensorFlow cannot import it: " + e.getMessage(), e);
    }
    try {
      KnownShapes.check(graph, scope, nodes.fixedSizes(), model.variablesBytes());
    } catch (IllegalArgumentException e) {
      throw new IOException(model.path() + ": cannot be used as an encoder: " + e.getMessage(), e);
    }
  }

  private void adopt(Variables adopter, Map<String, String> variables) {
    Map<String, VariableInitializer> initial = new LinkedHashMap<>();
    for (LoraTarget target : nodes.targets()) {
      initial.put(target.loraA(), VariableInitializer.normal(1 / Math.sqrt((double) target.in())));
      initial.put(target.loraB(), VariableInitializer.zeros());
    }
    variables.forEach(
        (node, name) -> {
          VariableInitializer drawn = initial.get(name);
          Variable<?> variable =
              variable(
                  variablePrefix + name,
                  drawn == null ? Role.FROZEN : Role.TRAINABLE,
                  graph.outputOrThrow(scope + "/" + node + ":0"),
                  graph.outputOrThrow(scope + "/" + nodes.readOf(node) + ":0"));
          adopter.adopt(variable, Optional.ofNullable(drawn));
        });
  }

  private static <T extends TType> Variable<T> variable(
      String name, Role role, Operand<?> handle, Output<T> value) {
    return new Variable<>(name, value.type(), value.shape(), role, handle, value);
  }
}
