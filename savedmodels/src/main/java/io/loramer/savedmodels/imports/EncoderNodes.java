package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraInjection;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.optimize.Computation;
import io.loramer.savedmodels.optimize.Rematerialization;
import io.loramer.savedmodels.optimize.RoundedProducts;
import io.loramer.savedmodels.optimize.XlaCompilation;
import io.loramer.savedmodels.rewrite.FixedSizes;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;

/**
 * An encoder's nodes as they are imported into a bigger graph: with LoRA on the targets, rounded
 * products, ops before the inputs, and without nodes that are not needed.
 */
final class EncoderNodes {
  /** Scope of the ops before the encoder. */
  static final String STAGE = "input";

  private final EncoderSavedModel model;
  private final Optional<LoraConfig> lora;
  private final Computation computation;
  private final GraphDefEditor editor;
  private final Map<String, String> inputs;
  private final Map<String, String> cuts;
  private final Map<String, String> outputs;
  private final SaverDef saver;
  private final FixedSizes fixedSizes;
  private final List<LoraTarget> linearMaps;
  private final List<LoraTarget> targets;
  private final List<String> stageInputs;
  private final Map<String, String> restored = new HashMap<>(); // by the variable's name

  /**
   * Copies and rewrites a SavedModel's graph.
   *
   * @param states the hidden states that become outputs; if empty, the outputs are the signature's
   */
  EncoderNodes(
      EncoderSavedModel model,
      String tag,
      Optional<LoraConfig> lora,
      Optional<EncoderInput> stage,
      Computation computation,
      List<Integer> states)
      throws IOException {
    this.model = model;
    this.lora = lora;
    this.computation = computation;
    EncoderGraph encoder = model.graph(tag);
    editor = encoder.editor();
    inputs = encoder.inputs();
    cuts = encoder.cuts(editor);
    outputs = states.isEmpty() ? new LinkedHashMap<>(encoder.outputs()) : outputs(states);
    saver = encoder.saver();
    fixedSizes = encoder.fixedSizes();
    linearMaps = LoraInjection.linearMaps(editor);
    targets =
        lora.isPresent()
            ? LoraInjection.inject(editor, lora.get(), tag.equals(MetaGraph.TRAIN))
            : List.of();
    Optional<DataType> rounded = computation.precision().rounded();
    boolean fused = tag.equals(MetaGraph.TRAIN) && computation.fused();
    if (rounded.isPresent()) {
      boolean attention = fused && XlaCompilation.fusesAttention(editor);
      RoundedProducts.rewrite(editor, trained(), rounded.get(), attention);
    }
    if (fused) {
      XlaCompilation.rewrite(editor);
    } else if (tag.equals(MetaGraph.TRAIN)) {
      Rematerialization.rewrite(editor);
    }
    stageInputs = stage.isPresent() ? connect(stage.get()) : List.of();
    editor.removeAssignmentsOfUnread(outputs.values());
  }

  /** Returns the same encoder with another tag and stage. */
  EncoderNodes again(String tag, Optional<EncoderInput> stage) throws IOException {
    return new EncoderNodes(model, tag, lora, stage, computation, List.of());
  }

  /**
   * Removes nodes that are not needed, changes the dtype of variables that are only read rounded,
   * and returns the remaining variables: their names in the SavedModel, by node.
   *
   * @param restores whether the variables are restored from the SavedModel
   */
  Map<String, String> reduce(boolean restores) {
    editor.keepOnly(needed(restores));
    readRestored();
    computation.precision().rounded().ifPresent(type -> RoundedProducts.holdKernels(editor, type));
    Map<String, String> variables = new LinkedHashMap<>();
    editor
        .variables()
        .forEach((node, definition) -> variables.put(node, GraphDefEditor.sharedName(definition)));
    variables.keySet().forEach(editor::ensureRead);
    return variables;
  }

  /** Stores the tensor that each variable is restored from, before it may be rounded. */
  private void readRestored() {
    for (NodeDef.Builder node : editor.nodes()) {
      if (node.getOp().equals("AssignVariableOp")) {
        String name = GraphDefEditor.sharedName(editor.producer(node.getInput(0)));
        restored.put(name, GraphDefEditor.withPlace(node.getInput(1)));
      }
    }
  }

  /**
   * Returns the tensor with a variable's value in the SavedModel; it needs the saver's file name.
   *
   * @throws IllegalArgumentException if the variable is not restored, because no node reads it
   */
  String restored(String variable) {
    String tensor = restored.get(variable);
    if (tensor == null) {
      throw new IllegalArgumentException(
          model.folder().path() + ": " + variable + " is no part of what the encoder computes");
    }
    return tensor;
  }

  /** Returns the nodes, with a prefix before the variables' names. */
  GraphDef graph(String variablePrefix) {
    editor.prefixSharedNames(variablePrefix);
    return editor.toGraphDef();
  }

  /** Returns the node that reads a variable. */
  String readOf(String variableNode) {
    return editor.ensureRead(variableNode);
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

  /** Adds ops before the encoder's inputs, and returns the placeholders of those ops. */
  private List<String> connect(EncoderInput stage) throws IOException {
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
      dropOutputsOf(outputs.keySet());
      return nodes.getNodeList().stream()
          .filter(node -> node.getOp().equals("Placeholder"))
          .map(NodeDef::getName)
          .toList();
    }
  }

  /** Removes the outputs that depend on inputs which are not connected and have no default. */
  private void dropOutputsOf(Set<String> connected) {
    List<String> unconnected =
        inputs.keySet().stream()
            .filter(name -> !connected.contains(name))
            .map(name -> GraphDefEditor.nodeName(inputs.get(name)))
            .filter(node -> editor.producer(node).getOp().equals("Placeholder"))
            .toList();
    outputs
        .values()
        .removeIf(output -> !Collections.disjoint(editor.neededBy(List.of(output)), unconnected));
  }

  private Map<String, String> outputs(List<Integer> states) {
    Map<String, String> chosen = new LinkedHashMap<>();
    states.forEach(k -> chosen.put(EncoderStates.name(k), tensor(cuts, EncoderStates.name(k))));
    if (cuts.containsKey(EncoderSignature.FRAME_MASK)) {
      chosen.put(EncoderSignature.FRAME_MASK, cuts.get(EncoderSignature.FRAME_MASK));
    }
    return chosen;
  }

  private List<String> needed(boolean restores) {
    List<String> needed = new ArrayList<>(stageInputs.isEmpty() ? inputs.values() : stageInputs);
    needed.addAll(outputs.values());
    if (restores) {
      needed.add(saver.getFilenameTensorName());
      needed.add(saver.getRestoreOpName());
    }
    return needed;
  }

  /** Returns a tensor by its name in the signature or among the cuts. */
  String tensor(Map<String, String> tensors, String name) {
    String tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "%s: expected a tensor %s in its signature, found %s"
              .formatted(model.folder().path(), name, new TreeSet<>(tensors.keySet())));
    }
    return tensor;
  }

  SavedModelFolder folder() {
    return model.folder();
  }

  Map<String, String> inputs() {
    return inputs;
  }

  Map<String, String> outputs() {
    return outputs;
  }

  SaverDef saver() {
    return saver;
  }

  FixedSizes fixedSizes() {
    return fixedSizes;
  }

  /** Returns all linear maps that LoRA can adapt. */
  List<LoraTarget> linearMaps() {
    return linearMaps;
  }

  /** Returns the targets that LoRA was injected at. */
  List<LoraTarget> targets() {
    return targets;
  }

  /** Returns the placeholder nodes of the ops before the encoder. */
  List<String> stageInputs() {
    return stageInputs;
  }
}
