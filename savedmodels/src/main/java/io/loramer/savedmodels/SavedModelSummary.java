package io.loramer.savedmodels;

import io.loramer.savedmodels.rewrite.GraphDefEditor;
import io.loramer.savedmodels.weights.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The signatures and variables of a SavedModel, read from its graphs without loading it.
 *
 * @param signatures of all graphs
 * @param variables by their names
 */
public record SavedModelSummary(List<Call> signatures, Map<String, TensorType> variables) {
  /** A signature of the graph with these tags. */
  public record Call(
      List<String> tags,
      String name,
      Map<String, TensorType> inputs,
      Map<String, TensorType> outputs) {}

  /** Prefix of the signatures that TensorFlow itself adds. */
  private static final String INTERNAL = "__saved_model_";

  /** Summarises all graphs of a SavedModel. */
  public static SavedModelSummary of(SavedModelFolder model) {
    List<Call> calls = new ArrayList<>();
    Map<String, TensorType> variables = new LinkedHashMap<>();
    for (MetaGraphDef graph : model.metaGraphs()) {
      List<String> tags = List.copyOf(graph.getMetaInfoDef().getTagsList());
      new TreeMap<>(graph.getSignatureDefMap())
          .forEach(
              (name, signature) -> {
                if (!name.startsWith(INTERNAL)) {
                  calls.add(
                      new Call(
                          tags,
                          name,
                          types(signature.getInputsMap()),
                          types(signature.getOutputsMap())));
                }
              });
      for (NodeDef node : graph.getGraphDef().getNodeList()) {
        if (node.getOp().equals("VarHandleOp")) {
          variables.put(
              GraphDefEditor.sharedName(node),
              TensorType.of(
                  node.getAttrOrThrow("dtype").getType(), node.getAttrOrThrow("shape").getShape()));
        }
      }
    }
    return new SavedModelSummary(calls, variables);
  }

  private static Map<String, TensorType> types(Map<String, TensorInfo> tensors) {
    Map<String, TensorType> types = new TreeMap<>();
    tensors.forEach((name, info) -> types.put(name, TensorType.of(info)));
    return types;
  }
}
