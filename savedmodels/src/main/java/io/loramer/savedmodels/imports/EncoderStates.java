package io.loramer.savedmodels.imports;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraInjection;
import io.loramer.savedmodels.rewrite.GraphDefEditor;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The hidden states of an encoder: state k is what layer k takes, the last one what the encoder
 * gives.
 *
 * @param count layers + 1; 1 of an encoder of Hugging Face's TF classes that gives its last hidden
 *     state only
 * @param hiddenSize H
 * @param lastFrozen the last state that no trained matrix stands before: the frontier, up to which
 *     an utterance gives the same in every epoch
 */
public record EncoderStates(int count, int hiddenSize, int lastFrozen) {
  /** Dimension of {@code last_hidden_state}, float32 [B, T, H], that is H. */
  private static final int HIDDEN = 2;

  /**
   * Looks at an encoder.
   *
   * @param lora what is trained of it; empty for nothing
   * @throws IOException if the SavedModel cannot be used as an encoder, or gives no hidden states
   * @throws IllegalArgumentException if a target of LoRA matches nothing, or lies before the first
   *     hidden state, where nothing is trained
   */
  public static EncoderStates of(EncoderSavedModel model, Optional<LoraConfig> lora)
      throws IOException {
    EncoderGraph encoder = model.graph(MetaGraph.SERVE);
    GraphDefEditor editor = encoder.editor();
    int hiddenSize = hiddenSize(model.folder());
    Map<String, String> modules = new HashMap<>(); // by the name of their A
    if (lora.isPresent()) {
      LoraInjection.inject(editor, lora.get(), false)
          .forEach(target -> modules.put(target.loraA(), target.module()));
    }
    Map<String, String> trained = new LinkedHashMap<>(); // module by the node of its A
    editor
        .variables()
        .forEach(
            (node, variable) -> {
              String name = GraphDefEditor.sharedName(variable);
              if (modules.containsKey(name)) {
                trained.put(node, modules.get(name));
              }
            });
    List<String> states =
        encoder.cuts(editor).entrySet().stream()
            .filter(cut -> !cut.getKey().equals(EncoderSignature.FRAME_MASK))
            .map(cut -> cut.getValue())
            .toList();
    requireFrozen(model.folder(), editor.neededBy(states.subList(0, 1)), trained, states.size());
    int frozen = 0;
    while (frozen + 1 < states.size()
        && Collections.disjoint(
            editor.neededBy(List.of(states.get(frozen + 1))), trained.keySet())) {
      frozen++;
    }
    return new EncoderStates(states.size(), hiddenSize, frozen);
  }

  /** Returns what a state is called among an encoder's outputs, and among a stage's. */
  public static String name(int state) {
    return EncoderSignature.HIDDEN_STATES + "." + state;
  }

  /** The first state is computed once and kept for all epochs. */
  private static void requireFrozen(
      SavedModelFolder model, Set<String> needed, Map<String, String> trained, int states) {
    List<String> before =
        trained.entrySet().stream()
            .filter(module -> needed.contains(module.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    if (before.isEmpty()) {
      return;
    }
    if (states == 1) {
      throw new IllegalArgumentException(
          model.path()
              + ": LoRA cannot be trained: expected hidden_states of every layer, found only"
              + " last_hidden_state, which is computed once for all epochs; convert the PyTorch"
              + " checkpoint, or set audio.adaptation=frozen");
    }
    throw new IllegalArgumentException(
        "LoRA target_modules: expected modules of the layers, found %s before the first hidden state,"
                .formatted(String.join(", ", before))
            + " which is computed once for all epochs; leave that out, such as by"
            + " encoder\\.layers\\..* in place of all-linear");
  }

  private static int hiddenSize(SavedModelFolder model) throws IOException {
    SignatureDef signature =
        model
            .metaGraph(MetaGraph.SERVE)
            .orElseThrow()
            .getSignatureDefOrThrow(MetaGraph.DEFAULT_SIGNATURE);
    TensorShapeProto shape =
        signature
            .getOutputsOrDefault(
                EncoderSignature.LAST_HIDDEN_STATE, TensorInfo.getDefaultInstance())
            .getTensorShape();
    if (shape.getDimCount() != HIDDEN + 1 || shape.getDim(HIDDEN).getSize() < 1) {
      throw new IOException(
          "%s: expected an output %s of a known hidden size, found %s"
              .formatted(
                  model.path(),
                  EncoderSignature.LAST_HIDDEN_STATE,
                  shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList()));
    }
    return Math.toIntExact(shape.getDim(HIDDEN).getSize());
  }
}
