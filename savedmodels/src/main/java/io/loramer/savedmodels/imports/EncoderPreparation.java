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
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * Prepares the graph of an encoder SavedModel, whichever program wrote it, for import.
 *
 * <p>Function calls are inlined; nodes that neither the outputs nor the saver need are removed; the
 * graph is checked; ops without a gradient in TensorFlow's C++ are replaced; the inputs get the
 * contract's dtypes; and a speech encoder without a frame mask gets one.
 */
final class EncoderPreparation {
  /** An encoder must have one of these outputs. */
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
   * @param variablesBytes the size of all variables' values on disk
   * @throws IllegalArgumentException if it is not an encoder's graph; the message gives the reason
   */
  static EncoderGraph prepare(MetaGraphDef metaGraph, long variablesBytes) {
    EncoderPreparation preparation = new EncoderPreparation(metaGraph);
    preparation.rewrite(metaGraph.getGraphDef().getLibrary(), variablesBytes);
    return new EncoderGraph(
        preparation.editor.toGraphDef(),
        preparation.inputs,
        preparation.outputs,
        preparation.saver,
        preparation.fixedSizes);
  }

  private EncoderPreparation(MetaGraphDef metaGraph) {
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
  }

  private void rewrite(FunctionDefLibrary functions, long variablesBytes) {
    editor.keepOnly(needed());
    follow(FunctionInlining.inline(editor, functions));
    // An assertion would make every output depend on all inputs, even if a hidden state is fed.
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

  /** Updates the signature's tensors that a rewriting has replaced. */
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
