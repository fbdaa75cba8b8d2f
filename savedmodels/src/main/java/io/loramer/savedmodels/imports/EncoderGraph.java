package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.rewrite.FixedSizes;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;

/**
 * The graph of an encoder SavedModel, prepared for import by {@link EncoderPreparation}.
 *
 * @param graph without function calls
 * @param inputs tensors of the signature's inputs, by name; they have the contract's dtypes
 * @param outputs tensors of the signature's outputs, by name
 * @param saver the nodes that restore the variables
 * @param fixedSizes the batch sizes that the graph requires, if any
 */
record EncoderGraph(
    GraphDef graph,
    Map<String, String> inputs,
    Map<String, String> outputs,
    SaverDef saver,
    FixedSizes fixedSizes) {
  EncoderGraph {
    inputs = Map.copyOf(inputs);
    outputs = Map.copyOf(outputs);
  }

  /** Returns a new editor, whose changes do not affect this graph. */
  GraphDefEditor editor() {
    return new GraphDefEditor(graph);
  }

  /**
   * Returns the tensors at which the graph can be cut, by name.
   *
   * <p>They are {@code hidden_states.k}, float32 [B, T, H], the input of layer k or, for the last
   * one, the encoder's output; and {@code frame_mask} of a speech encoder. An encoder that returns
   * its last hidden state only has {@code hidden_states.0}, which is that state.
   *
   * @param editor this graph, possibly with LoRA injected
   */
  Map<String, String> cuts(GraphDefEditor editor) {
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
      cuts.put(EncoderStates.name(k), states.get(k));
    }
    return cuts;
  }
}
