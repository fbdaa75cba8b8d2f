package io.loramer.model;

import io.loramer.model.head.EmotionHead;
import io.loramer.model.head.EncoderSize;
import io.loramer.model.head.Modality;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderInput;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.lora.LoraTarget;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/**
 * The part of a {@link LoraMer} beyond the frontiers of its encoders: everything that is trained.
 * Its inputs are cached hidden states, or the signal where {@link Frontier#isInput}.
 *
 * <pre>
 *   states at the speech frontier → rest of the speech encoder + LoRA ┐
 *                                                                     ├→ head
 *   states at the text frontier ───────────────────────────────────── ┘
 * </pre>
 *
 * <p>Its variables are made once; any number of forward passes share them.
 */
public final class TrainablePart {
  /** Input int32 [B] of a model with {@link SpeakerConfig#size}: {@link SpeakerConfig#row}. */
  public static final String SPEAKERS = "speakers";

  private final Graph graph;
  private final ModelSpec spec;
  private final Map<Modality, CachedStatesInput> cached = new EnumMap<>(Modality.class);
  private final Map<Modality, EncoderBranch> split = new EnumMap<>(Modality.class);
  private final EmotionHead head;
  private final ForwardPass forward;

  /**
   * Builds the part and its first forward pass.
   *
   * @param variables takes in the variables of the encoders' rest, frozen, and of LoRA and the
   *     head, trainable
   * @param frontiers of each modality, found for the same LoRA and layers as in {@code spec}
   * @param mode of the first forward pass, whose nodes are not under a scope
   * @throws IOException if a SavedModel is not an encoder of its modality
   */
  public TrainablePart(
      Graph graph,
      Variables variables,
      Map<Modality, Frontier> frontiers,
      ModelSpec spec,
      ForwardPass.Mode mode)
      throws IOException {
    this.graph = graph;
    this.spec = spec;
    Map<Modality, EncoderSize> sizes = new EnumMap<>(Modality.class);
    for (Frontier frontier : frontiers.values()) {
      Modality modality = frontier.modality();
      EncoderSavedModel encoder = frontier.encoder();
      var states = new CachedStatesInput(frontier, spec.computation().fused());
      sizes.put(modality, EncoderSize.of(frontier.size()));
      if (frontier.splitsEncoder()) {
        EncoderInput input =
            frontier.isInput() ? EncoderBranch.signalInput(modality, encoder) : states;
        split.put(
            modality, new EncoderBranch(graph, variables, modality, encoder, input, spec, mode));
      } else {
        cached.put(modality, states);
      }
    }
    head = EmotionHead.create(variables, spec.head(), sizes, spec.labels());
    Ops tf = Ops.create(graph);
    Map<Modality, EncodedModality> encoded = cachedStates(tf);
    split.forEach((modality, encoder) -> encoded.put(modality, encoder.forward()));
    forward = ForwardPass.build(tf, encoded, head, speakers(tf), mode);
  }

  /** Returns the forward pass that the part was built with. */
  public ForwardPass forward() {
    return forward;
  }

  /** Adds a forward pass that shares the variables, its nodes under a scope. */
  public ForwardPass forwardAgain(String scope, ForwardPass.Mode mode) throws IOException {
    Ops tf = Ops.create(graph).withSubScope(scope);
    Map<Modality, EncodedModality> encoded = cachedStates(tf);
    for (var encoder : split.entrySet()) {
      encoded.put(encoder.getKey(), encoder.getValue().forwardAgain(scope, mode));
    }
    return ForwardPass.build(tf, encoded, head, speakers(tf), mode);
  }

  /** Returns the head, for its losses. */
  public EmotionHead head() {
    return head;
  }

  /**
   * Returns the modules of the speech encoder that LoRA adapts; none if that is frozen or absent.
   */
  public List<LoraTarget> loraTargets() {
    return split.containsKey(Modality.AUDIO) ? split.get(Modality.AUDIO).loraTargets() : List.of();
  }

  /**
   * Gives the frozen variables the values of their SavedModels.
   *
   * @throws IOException if those are missing or damaged
   */
  public void restoreEncoders(Session session) throws IOException {
    for (EncoderBranch encoder : split.values()) {
      encoder.restore(session);
    }
  }

  private Map<Modality, EncodedModality> cachedStates(Ops tf) {
    Map<Modality, EncodedModality> encoded = new EnumMap<>(Modality.class);
    cached.forEach(
        (modality, input) ->
            encoded.put(
                modality, input.encoded(tf.withSubScope(modality.scope()), spec.head().layers())));
    return encoded;
  }

  private Optional<Operand<TInt32>> speakers(Ops tf) {
    if (spec.head().speaker().size().isEmpty()) {
      return Optional.empty();
    }
    var rows = Placeholder.shape(Shape.of(-1));
    return Optional.of(tf.withName(SPEAKERS).placeholder(TInt32.class, rows));
  }
}
