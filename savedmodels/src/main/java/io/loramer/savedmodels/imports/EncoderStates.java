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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The number and size of an encoder's hidden states. State k is the input of layer k; the last one
 * is the encoder's output.
 *
 * @param count layers + 1; 1 for an encoder of Hugging Face's TF classes with its last hidden state
 *     only
 * @param hiddenSize H
 * @param lastFrozen the last state before any trained matrix, the frontier: up to it, an
 *     utterance's states are the same in every epoch. Empty if the graph cannot be cut there, as
 *     that of Hugging Face's TF classes with LoRA: then no state is known before training
 */
public record EncoderStates(int count, int hiddenSize, OptionalInt lastFrozen) {
  /** Dimension of {@code last_hidden_state}, float32 [B, T, H], that is H. */
  private static final int HIDDEN = 2;

  /**
   * Returns the hidden states of an encoder.
   *
   * @param lora the LoRA that is trained; empty if the encoder is frozen
   * @throws IOException if the SavedModel cannot be used as an encoder, or has no hidden states
   * @throws IllegalArgumentException if a target of LoRA matches no module, or lies before the
   *     first hidden state of an encoder that gives those of all layers
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
    Map<String, String> cuts = encoder.cuts(editor);
    List<String> states =
        cuts.entrySet().stream()
            .filter(cut -> !cut.getKey().equals(EncoderSignature.FRAME_MASK))
            .map(cut -> cut.getValue())
            .toList();
    OptionalInt frozen =
        IntStream.range(0, states.size())
            .filter(
                k ->
                    Collections.disjoint(editor.neededBy(List.of(states.get(k))), trained.keySet()))
            .max();
    Set<String> beyond = neededBeyond(editor, cuts, states, frozen.orElse(0));
    boolean separable =
        encoder.inputs().values().stream()
            .noneMatch(input -> beyond.contains(GraphDefEditor.nodeName(input)));
    if (states.size() > 1 && separable) {
      requireFrozen(editor.neededBy(states.subList(0, 1)), trained);
    }
    return new EncoderStates(states.size(), hiddenSize, separable ? frozen : OptionalInt.empty());
  }

  /** Returns the nodes from which the states after one are computed, if that one is fed. */
  private static Set<String> neededBeyond(
      GraphDefEditor editor, Map<String, String> cuts, List<String> states, int state) {
    Set<String> fed = new HashSet<>(Set.of(GraphDefEditor.nodeName(states.get(state))));
    if (cuts.containsKey(EncoderSignature.FRAME_MASK)) {
      fed.add(GraphDefEditor.nodeName(cuts.get(EncoderSignature.FRAME_MASK)));
    }
    return editor.neededBy(states.subList(state + 1, states.size()), fed);
  }

  /** Returns the name of a state among an encoder's outputs and cuts. */
  public static String name(int state) {
    return EncoderSignature.HIDDEN_STATES + "." + state;
  }

  /** Checks that LoRA is not before the first state, which is computed once for all epochs. */
  private static void requireFrozen(Set<String> needed, Map<String, String> trained) {
    List<String> before =
        trained.entrySet().stream()
            .filter(module -> needed.contains(module.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    if (before.isEmpty()) {
      return;
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
                  signature.containsOutputs(EncoderSignature.LAST_HIDDEN_STATE)
                      ? shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList()
                      : new TreeSet<>(signature.getOutputsMap().keySet())));
    }
    return Math.toIntExact(shape.getDim(HIDDEN).getSize());
  }
}
