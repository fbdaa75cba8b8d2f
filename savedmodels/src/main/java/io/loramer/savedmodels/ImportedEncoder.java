package io.loramer.savedmodels;

import io.loramer.savedmodels.Variable.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * An encoder SavedModel within a bigger graph, one that {@code convert} wrote or Hugging Face's TF
 * classes: its nodes under a scope, its variables frozen and named after the scope too, LoRA on the
 * targets.
 */
public final class ImportedEncoder {
  /** Scope of the stage before the encoder. */
  private static final String STAGE = "input";

  private final Graph graph;
  private final String scope;
  private final SavedModelFolder model;
  private final Optional<LoraConfig> lora;
  private final Precision precision;
  private final String variablePrefix;
  private final Map<String, String> inputs;
  private final Map<String, String> cuts;
  private final Map<String, String> outputs;
  private final SaverDef saver;
  private final FixedSizes fixedSizes;
  private final List<LoraTarget> linearMaps;
  private final List<LoraTarget> targets;
  private final List<String> stageInputs;

  private ImportedEncoder(
      Graph graph,
      String scope,
      SavedModelFolder model,
      String tag,
      Optional<LoraConfig> lora,
      Optional<InputStage> stage,
      Precision precision,
      List<Integer> states,
      String variablePrefix,
      Optional<Variables> adopter)
      throws IOException {
    this.graph = graph;
    this.scope = scope;
    this.model = model;
    this.lora = lora;
    this.precision = precision;
    this.variablePrefix = variablePrefix;
    EncoderGraph encoder = prepare(model, tag);
    inputs = encoder.inputs();
    cuts = encoder.cuts();
    outputs = states.isEmpty() ? encoder.outputs() : outputs(states);
    saver = encoder.saver();
    fixedSizes = encoder.fixedSizes();
    GraphDefEditor editor = encoder.editor();
    linearMaps = LoraInjection.linearMaps(editor);
    targets =
        lora.isPresent()
            ? LoraInjection.inject(editor, lora.get(), tag.equals(MetaGraph.TRAIN))
            : List.of();
    precision.rounded().ifPresent(type -> RoundedProducts.rewrite(editor, trained(), type));
    if (tag.equals(MetaGraph.TRAIN)) {
      Rematerialization.rewrite(editor);
    }
    stageInputs = stage.isPresent() ? connect(editor, stage.get()) : List.of();
    editor.removeAssignmentsOfUnread(outputs.values());
    editor.keepOnly(neededNodes(adopter.isPresent()));
    Map<String, NodeDef> variables = editor.variables();
    variables.keySet().forEach(editor::ensureRead);
    editor.prefixSharedNames(variablePrefix);
    importNodes(editor.toGraphDef());
    adopter.ifPresent(a -> adopt(a, editor, variables));
  }

  /**
   * Imports an encoder.
   *
   * @param variables of the graph; takes in the encoder's, frozen, and LoRA's A (Gaussian, standard
   *     deviation 1/√in) and B (zeros), trainable
   * @param scope where the nodes go, and the first part of the variables' names
   * @param tag {@link MetaGraph#TRAIN} falls back to {@link MetaGraph#SERVE} where there is none
   * @param stage what is put before the encoder's inputs, if anything
   * @param precision of the products with frozen kernels
   * @throws IOException if the SavedModel cannot be used as an encoder
   * @throws IllegalArgumentException if a target of LoRA matches nothing
   */
  public static ImportedEncoder into(
      Graph graph,
      Variables variables,
      String scope,
      SavedModelFolder model,
      String tag,
      Optional<LoraConfig> lora,
      Optional<InputStage> stage,
      Precision precision)
      throws IOException {
    return new ImportedEncoder(
        graph,
        scope,
        model,
        tag,
        lora,
        stage,
        precision,
        List.of(),
        scope + ".",
        Optional.of(variables));
  }

  /**
   * Imports what computes some hidden states of a frozen encoder, and nothing more of it: these
   * layers' variables are the only ones that are restored.
   *
   * @param states which ones, as {@link EncoderStates} counts them
   */
  public static ImportedEncoder upTo(
      Graph graph,
      Variables variables,
      String scope,
      SavedModelFolder model,
      List<Integer> states,
      InputStage stage)
      throws IOException {
    return new ImportedEncoder(
        graph,
        scope,
        model,
        MetaGraph.SERVE,
        Optional.empty(),
        Optional.of(stage),
        Precision.FLOAT32,
        states,
        scope + ".",
        Optional.of(variables));
  }

  /** Imports the same encoder once more, with another tag, over the same variables. */
  public ImportedEncoder again(String scope, String tag, Optional<InputStage> stage)
      throws IOException {
    return new ImportedEncoder(
        graph,
        scope,
        model,
        tag,
        lora,
        stage,
        precision,
        List.of(),
        variablePrefix,
        Optional.empty());
  }

  /** Returns an input to be fed: of the stage before the encoder, or else of the encoder. */
  public <T extends TType> Operand<T> input(String name, Class<T> type) {
    GraphOperation staged = graph.operation(scope + "/" + STAGE + "/" + name);
    return staged == null ? operand(inputs, name, type) : staged.output(0).expect(type);
  }

  /** Returns the inputs of the stage before the encoder, to be fed, by their names. */
  public Map<String, Operand<?>> stageInputs() {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    for (String node : stageInputs) {
      String name = node.substring(STAGE.length() + 1);
      inputs.put(name, graph.outputOrThrow(scope + "/" + node + ":0"));
    }
    return inputs;
  }

  /** Returns an output of the encoder's {@code serving_default}. */
  public <T extends TType> Operand<T> output(String name, Class<T> type) {
    return operand(outputs, name, type);
  }

  /** Returns a hidden state, float32 [B, T, H], of an encoder that was imported up to it. */
  public Operand<TFloat32> state(int index) {
    return output(EncoderStates.name(index), TFloat32.class);
  }

  /** Returns the name of the node to feed with dropout's seed, if this graph drops. */
  public Optional<String> dropoutSeed() {
    String name = scope + "/" + Dropout.SEED;
    return Optional.ofNullable(graph.operation(name)).map(operation -> name);
  }

  /**
   * Returns the graph of an encoder for inference, as it is imported: without function calls.
   *
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  public static GraphDef graph(SavedModelFolder model) throws IOException {
    return prepare(model, MetaGraph.SERVE).editor().toGraphDef();
  }

  /** Returns everything of an encoder that LoRA could adapt. */
  public static List<LoraTarget> linearMaps(SavedModelFolder model) throws IOException {
    return LoraInjection.linearMaps(prepare(model, MetaGraph.SERVE).editor());
  }

  /**
   * Adds an adapter to the kernels of an encoder that was imported without LoRA: {@code W0 +
   * scaling · B A}.
   *
   * @param variables that the import was given
   * @throws IllegalArgumentException if the adapter does not fit the encoder
   */
  public void merge(LoraAdapter adapter, Variables variables, Session session) {
    List<LoraTarget> targets = adapter.targetsAmong(linearMaps);
    List<String> names = targets.stream().map(t -> variablePrefix + t.kernel()).toList();
    Map<String, TFloat32> merged = new LinkedHashMap<>();
    try (Variables.Values kernels = variables.values(session, names)) {
      Map<String, TFloat32> byName = kernels.byName();
      for (LoraTarget target : targets) {
        String name = variablePrefix + target.kernel();
        merged.put(name, adapter.merge(target, byName.get(name)));
      }
      variables.assign(session, merged);
    } finally {
      merged.values().forEach(TFloat32::close);
    }
  }

  /**
   * Gives the bypasses of an encoder that was imported with LoRA an adapter's matrices.
   *
   * @param variables that the import was given
   * @throws IllegalArgumentException if the adapter has matrices of other targets or shapes
   */
  public void assign(LoraAdapter adapter, Variables variables, Session session) {
    Map<String, TFloat32> named = new LinkedHashMap<>();
    adapter.matrices().forEach((name, matrix) -> named.put(variablePrefix + name, matrix));
    variables.assign(session, named);
  }

  /** Returns what LoRA was injected at. */
  public List<LoraTarget> targets() {
    return targets;
  }

  /** Returns the sizes that a batch must have. */
  public FixedSizes fixedSizes() {
    return fixedSizes;
  }

  /**
   * Gives the frozen variables the values of the SavedModel.
   *
   * @throws IOException if they are missing or damaged
   */
  public void restore(Session session) throws IOException {
    try (TString files = TString.scalarOf(model.variables().toString())) {
      session
          .runner()
          .feed(scope + "/" + saver.getFilenameTensorName(), files)
          .addTarget(scope + "/" + saver.getRestoreOpName())
          .run()
          .close();
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException(model.variables() + ": cannot be restored: " + e.getMessage(), e);
    }
  }

  /** Returns the names of the variables that are trained. */
  private Set<String> trained() {
    Set<String> trained = new HashSet<>();
    for (LoraTarget target : targets) {
      trained.add(target.loraA());
      trained.add(target.loraB());
    }
    return trained;
  }

  private <T extends TType> Operand<T> operand(
      Map<String, String> tensors, String name, Class<T> type) {
    return graph.outputOrThrow(scope + "/" + tensor(tensors, name)).expect(type);
  }

  private String tensor(Map<String, String> tensors, String name) {
    String tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "%s: expected a tensor %s in its signature, found %s"
              .formatted(model.path(), name, new TreeSet<>(tensors.keySet())));
    }
    return tensor;
  }

  /** Connects the encoder's inputs to a stage before them, and returns the stage's own inputs. */
  private List<String> connect(GraphDefEditor editor, InputStage stage) throws IOException {
    try (Graph before = new Graph()) {
      Map<String, Operand<?>> outputs = stage.build(Ops.create(before).withSubScope(STAGE));
      GraphDef nodes = before.toGraphDef();
      editor.splice(nodes, Map.of(), node -> false);
      Map<String, String> connectable = new LinkedHashMap<>(cuts);
      connectable.putAll(inputs);
      outputs.forEach(
          (name, output) ->
              editor.redirect(
                  GraphDefEditor.nodeName(tensor(connectable, name)),
                  output.asOutput().op().name()));
      dropOutputsOf(editor, outputs.keySet());
      return nodes.getNodeList().stream()
          .filter(node -> node.getOp().equals("Placeholder"))
          .map(NodeDef::getName)
          .toList();
    }
  }

  /** What a stage in the encoder's middle leaves behind it cannot be computed any more. */
  private void dropOutputsOf(GraphDefEditor editor, Set<String> connected) throws IOException {
    List<String> unconnected =
        inputs.keySet().stream()
            .filter(name -> !connected.contains(name))
            .map(name -> GraphDefEditor.nodeName(inputs.get(name)))
            .toList();
    outputs
        .values()
        .removeIf(output -> !Collections.disjoint(editor.neededBy(List.of(output)), unconnected));
  }

  private Map<String, String> outputs(List<Integer> states) {
    Map<String, String> chosen = new LinkedHashMap<>();
    states.forEach(k -> chosen.put(EncoderStates.name(k), tensor(cuts, EncoderStates.name(k))));
    if (cuts.containsKey(EncoderGraph.FRAME_MASK)) {
      chosen.put(EncoderGraph.FRAME_MASK, cuts.get(EncoderGraph.FRAME_MASK));
    }
    return chosen;
  }

  private void importNodes(GraphDef nodes) throws IOException {
    try {
      graph.importGraphDef(nodes, scope);
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException(model.path() + ": TensorFlow cannot import it: " + e.getMessage(), e);
    }
    try {
      KnownShapes.check(graph, scope, fixedSizes, model.variablesBytes());
    } catch (IllegalArgumentException e) {
      throw new IOException(model.path() + ": cannot be used as an encoder: " + e.getMessage(), e);
    }
  }

  private List<String> neededNodes(boolean withSaver) {
    List<String> needed = new ArrayList<>(stageInputs.isEmpty() ? inputs.values() : stageInputs);
    needed.addAll(outputs.values());
    if (withSaver) {
      needed.add(saver.getFilenameTensorName());
      needed.add(saver.getRestoreOpName());
    }
    return needed;
  }

  private void adopt(Variables adopter, GraphDefEditor editor, Map<String, NodeDef> variables) {
    Map<String, Initial> initial = new LinkedHashMap<>();
    for (LoraTarget target : targets) {
      initial.put(target.loraA(), Initial.normal(1 / Math.sqrt((double) target.in())));
      initial.put(target.loraB(), Initial.zeros());
    }
    variables.forEach(
        (node, definition) -> {
          String name = GraphDefEditor.sharedName(definition);
          Initial drawn = initial.get(name);
          Operand<? extends TType> handle = graph.outputOrThrow(scope + "/" + node + ":0");
          Operand<TFloat32> value =
              graph
                  .outputOrThrow(scope + "/" + editor.ensureRead(node) + ":0")
                  .expect(TFloat32.class);
          Shape shape = value.shape();
          Variable<TFloat32> variable =
              new Variable<>(
                  variablePrefix + name,
                  TFloat32.class,
                  shape,
                  drawn == null ? Role.FROZEN : Role.TRAINABLE,
                  handle,
                  value);
          adopter.adopt(variable, Optional.ofNullable(drawn));
        });
  }

  static EncoderGraph prepare(SavedModelFolder model, String tag) throws IOException {
    Optional<MetaGraphDef> found = model.metaGraph(tag);
    if (found.isEmpty() && tag.equals(MetaGraph.TRAIN)) {
      found = model.metaGraph(MetaGraph.SERVE);
    }
    if (found.isEmpty()) {
      throw new IOException(
          "%s: expected a graph with tag %s, found %s".formatted(model.path(), tag, model.tags()));
    }
    long variablesBytes = model.variablesBytes();
    try {
      return new EncoderGraph(found.get(), variablesBytes);
    } catch (IllegalArgumentException e) {
      throw new IOException(model.path() + ": cannot be used as an encoder: " + e.getMessage(), e);
    }
  }
}
