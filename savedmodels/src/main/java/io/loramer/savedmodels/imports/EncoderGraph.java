package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.rewrite.DifferentiableOps;
import io.loramer.savedmodels.rewrite.FixedSizes;
import io.loramer.savedmodels.rewrite.FunctionInlining;
import io.loramer.savedmodels.rewrite.GraphCheck;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.rewrite.RegisteredOps;
import io.loramer.savedmodels.rewrite.RestoredVariables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The graph of an encoder SavedModel, made ready for import, whoever wrote it: functions inlined,
 * reduced to what its outputs and restoring its variables need, checked, every op on the way of a
 * gradient one that has a gradient, its inputs of the contract's types.
 */
final class EncoderGraph {
  /** What an encoder is for: one of these it must give. */
  private static final List<String> OUTPUTS =
      List.of(EncoderSignature.LAST_HIDDEN_STATE, EncoderSignature.LOGITS);

  private final GraphDefEditor editor;
  private final String sequence;
  private final Map<String, String> inputs;
  private final Map<String, String> outputs;
  private final SaverDef saver;
  private final FixedSizes fixedSizes;

  /**
   * Prepares a graph.
   *
   * <p>EncoderSignature.param variablesBytes what the values of all variables take on disk
   * EncoderSignature.throws IllegalArgumentException if it cannot be an encoder's; the message says
   * why
   */
  EncoderGraph(MetaGraphDef metaGraph, long variablesBytes) {
    SignatureDef signature = metaGraph.getSignatureDefMap().get(MetaGraph.DEFAULT_SIGNATURE);
    if (signature == null) {
      throw new IllegalArgumentException(
          "expected a signature %s, found %s"
              .formatted(
                  MetaGraph.DEFAULT_SIGNATURE,
                  new TreeSet<>(metaGraph.getSignatureDefMap().keySet())));
    }
    requireOwnAssets(metaGraph);
    saver = metaGraph.getSaverDef();
    if (saver.getRestoreOpName().isEmpty() || saver.getFilenameTensorName().isEmpty()) {
      throw new IllegalArgumentException("it has no saver to restore its variables with");
    }
    sequence =
        signature.containsInputs(EncoderSignature.INPUT_VALUES)
            ? EncoderSignature.INPUT_VALUES
            : EncoderSignature.INPUT_IDS;
    requireEncoder(signature);
    fixedSizes = new FixedSizes(fixedSize(signature, 0), fixedSize(signature, 1));
    inputs = names(signature.getInputsMap());
    outputs = names(signature.getOutputsMap());
    GraphDef graph = metaGraph.getGraphDef();
    editor = new GraphDefEditor(graph.toBuilder().clearLibrary().build());
    editor.keepOnly(needed());
    follow(FunctionInlining.inline(editor, graph.getLibrary()));
    // An assertion would tie every output to all inputs, also in a graph that is fed in its middle.
    editor.remove(node -> node.getOp().equals("Assert"));
    editor.removeAssignmentsOfUnread(outputs.values()); // such as the state of an optimiser
    editor.keepOnly(needed());
    GraphCheck.check(editor, saver.getFilenameTensorName(), variablesBytes);
    outputs.values().forEach(this::requireOutput);
    follow(DifferentiableOps.rewrite(editor));
    RestoredVariables.divide(editor);
    editor.nameVariables();
    InputTypes.adapt(editor, inputs, saver.getFilenameTensorName());
    addFrameMask();
    editor.keepOnly(needed());
  }

  GraphDefEditor editor() {
    return editor;
  }

  /** Returns the tensors of the signature's inputs, which take the contract's types. */
  Map<String, String> inputs() {
    return inputs;
  }

  /** Returns the tensors of the signature's outputs. */
  Map<String, String> outputs() {
    return outputs;
  }

  /**
   * Returns the tensors in the graph's middle where it can be cut: {EncoderSignature.code
   * hidden_states.k}, float32 [B, T, H], the input of layer k or, for the last one, the output of
   * the encoder; and of a speech encoder the {EncoderSignature.code frame_mask}. Of an encoder that
   * gives its last hidden state only, only that.
   */
  Map<String, String> cuts() {
    Map<String, String> cuts = new LinkedHashMap<>();
    if (outputs.containsKey(EncoderSignature.FRAME_MASK)) {
      cuts.put(
          EncoderSignature.FRAME_MASK, editor.passedOn(outputs.get(EncoderSignature.FRAME_MASK)));
    }
    List<String> states = List.of();
    if (outputs.containsKey(EncoderSignature.HIDDEN_STATES)) {
      NodeDef.Builder stacked =
          editor.producer(editor.passedOn(outputs.get(EncoderSignature.HIDDEN_STATES)));
      states = stacked.getOp().equals("Pack") ? stacked.getInputList() : states;
    }
    if (states.isEmpty() && outputs.containsKey(EncoderSignature.LAST_HIDDEN_STATE)) {
      states = List.of(outputs.get(EncoderSignature.LAST_HIDDEN_STATE));
    }
    for (int k = 0; k < states.size(); k++) {
      cuts.put(EncoderSignature.HIDDEN_STATES + "." + k, states.get(k));
    }
    return cuts;
  }

  SaverDef saver() {
    return saver;
  }

  FixedSizes fixedSizes() {
    return fixedSizes;
  }

  private static void requireOwnAssets(MetaGraphDef metaGraph) {
    List<String> outside =
        metaGraph.getAssetFileDefList().stream()
            .map(AssetFileDef::getFilename)
            .filter(file -> file.startsWith("/") || List.of(file.split("[/\\\\]")).contains(".."))
            .toList();
    if (!outside.isEmpty()) {
      throw new IllegalArgumentException(
          "it has assets outside of its folder: " + String.join(", ", outside));
    }
  }

  private void requireEncoder(SignatureDef signature) {
    List<String> problems = new ArrayList<>();
    if (!signature.containsInputs(sequence)
        || !signature.containsInputs(EncoderSignature.ATTENTION_MASK)) {
      problems.add(
          "inputs %s or %s, and %s; found %s"
              .formatted(
                  EncoderSignature.INPUT_VALUES,
                  EncoderSignature.INPUT_IDS,
                  EncoderSignature.ATTENTION_MASK,
                  new TreeSet<>(signature.getInputsMap().keySet())));
    }
    if (OUTPUTS.stream()
        .noneMatch(
            output ->
                signature.getOutputsOrDefault(output, TensorInfo.getDefaultInstance()).getDtype()
                    == DataType.DT_FLOAT)) {
      problems.add(
          "outputs %s, float32; found %s"
              .formatted(
                  String.join(" or ", OUTPUTS), new TreeSet<>(signature.getOutputsMap().keySet())));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          MetaGraph.DEFAULT_SIGNATURE
              + " is no encoder's: expected "
              + String.join("; ", problems));
    }
  }

  private void requireOutput(String tensor) {
    long place = Integer.parseUnsignedInt(tensor.substring(tensor.indexOf(':') + 1));
    if (place >= RegisteredOps.outputs(editor.producer(tensor))) {
      throw new IllegalArgumentException("its graph gives no output " + tensor);
    }
  }

  private List<String> needed() {
    List<String> needed = new ArrayList<>(outputs.values());
    needed.add(inputs.get(sequence));
    needed.add(inputs.get(EncoderSignature.ATTENTION_MASK));
    needed.add(saver.getFilenameTensorName());
    needed.add(saver.getRestoreOpName());
    return needed;
  }

  /** Keeps hold of the signature's tensors where a rewriting moved them. */
  private void follow(Map<String, String> moved) {
    inputs.replaceAll((name, tensor) -> moved.getOrDefault(tensor, tensor));
    outputs.replaceAll((name, tensor) -> moved.getOrDefault(tensor, tensor));
  }

  private void addFrameMask() {
    if (sequence.equals(EncoderSignature.INPUT_VALUES)
        && !outputs.containsKey(EncoderSignature.FRAME_MASK)) {
      String states = outputs.get(OUTPUTS.stream().filter(outputs::containsKey).findFirst().get());
      DerivedFrameMask.addTo(
              editor, inputs.get(sequence), inputs.get(EncoderSignature.ATTENTION_MASK), states)
          .ifPresent(mask -> outputs.put(EncoderSignature.FRAME_MASK, mask));
    }
  }

  private static OptionalLong fixedSize(SignatureDef signature, int dimension) {
    return signature.getInputsMap().values().stream()
        .map(TensorInfo::getTensorShape)
        .filter(shape -> shape.getDimCount() > dimension)
        .mapToLong(shape -> shape.getDim(dimension).getSize())
        .filter(size -> size >= 0)
        .findFirst();
  }

  private static Map<String, String> names(Map<String, TensorInfo> tensors) {
    Map<String, String> names = new LinkedHashMap<>();
    tensors.forEach((name, info) -> names.put(name, GraphDefEditor.withPlace(info.getName())));
    return names;
  }
}
