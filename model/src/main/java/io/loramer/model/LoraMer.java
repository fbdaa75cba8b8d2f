package io.loramer.model;

import io.loramer.model.head.EmotionHead;
import io.loramer.model.head.EncoderSize;
import io.loramer.model.head.Modality;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderInput;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.EncoderStates;
import io.loramer.savedmodels.lora.LoraAdapter;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * The whole model in one graph, from waveform and text to emotions: a speech encoder with LoRA, a
 * frozen text encoder, and above them the head that the paper's figure 1 shows. A model may have
 * one of the two encoders.
 *
 * <pre>
 *   waveform → speech encoder + LoRA ┐
 *                                    ├→ head: pooling, projection, fusion, classifier
 *   text     → text encoder, frozen  ┘
 * </pre>
 *
 * <p>Its variables are made once; any number of forward passes share them. All speakers are unknown
 * to it: {@link TrainablePart} alone has an input for speakers.
 */
public final class LoraMer {
  private final Graph graph;
  private final Variables variables;
  private final Map<Modality, EncoderSavedModel> models;
  private final Map<Modality, EncoderBranch> encoders = new EnumMap<>(Modality.class);
  private final EmotionHead head;
  private final ForwardPass forward;

  /**
   * Builds the model and its first forward pass.
   *
   * @param variables takes in the variables of the encoders, frozen, and of LoRA and the head,
   *     trainable
   * @param folders the encoder SavedModel of each modality, one or two
   * @param mode of the first forward pass, whose nodes are not under a scope
   * @throws IOException if a SavedModel is not an encoder of its modality
   */
  public LoraMer(
      Graph graph,
      Variables variables,
      Map<Modality, SavedModelFolder> folders,
      ModelSpec spec,
      ForwardPass.Mode mode)
      throws IOException {
    this.graph = graph;
    this.variables = variables;
    models = prepared(folders);
    Map<Modality, EncoderSize> sizes = sizes(models);
    for (var entry : models.entrySet()) {
      Modality modality = entry.getKey();
      EncoderSavedModel model = entry.getValue();
      EncoderInput input = EncoderBranch.signalInput(modality, model);
      encoders.put(
          modality, new EncoderBranch(graph, variables, modality, model, input, spec, mode));
    }
    head = EmotionHead.create(variables, spec.head(), sizes, spec.labels());
    Map<Modality, EncodedModality> encoded = new EnumMap<>(Modality.class);
    encoders.forEach((modality, encoder) -> encoded.put(modality, encoder.forward()));
    forward = ForwardPass.build(Ops.create(graph), encoded, head, Optional.empty(), mode);
  }

  /** Returns the forward pass that the model was built with. */
  public ForwardPass forward() {
    return forward;
  }

  /** Adds a forward pass that shares the variables, its nodes under a scope. */
  ForwardPass forwardAgain(String scope, ForwardPass.Mode mode) throws IOException {
    Map<Modality, EncodedModality> encoded = new EnumMap<>(Modality.class);
    for (var encoder : encoders.entrySet()) {
      encoded.put(encoder.getKey(), encoder.getValue().forwardAgain(scope, mode));
    }
    return headUnder(scope, encoded, mode);
  }

  /**
   * Adds a forward pass for inference that takes {@link EmotionSignature#WAV_BYTES} in place of
   * waveforms and lengths.
   *
   * @param scope of its nodes
   * @throws IllegalStateException if the model takes no audio
   */
  public ForwardPass forwardFromWavFiles(String scope) throws IOException {
    if (!encoders.containsKey(Modality.AUDIO)) {
      throw new IllegalStateException("WAV files: expected a model with audio, found text alone");
    }
    ForwardPass.Mode mode = ForwardPass.Mode.INFERENCE;
    Map<Modality, EncodedModality> encoded = new EnumMap<>(Modality.class);
    EncoderSavedModel speech = models.get(Modality.AUDIO);
    boolean normalize = SpeechInput.of(speech.folder()).normalize();
    EncoderInput files = new WavFilesInput(normalize, speech.fixedSizes().length());
    encoded.put(Modality.AUDIO, encoders.get(Modality.AUDIO).forwardAgain(scope, mode, files));
    if (encoders.containsKey(Modality.TEXT)) {
      encoded.put(Modality.TEXT, encoders.get(Modality.TEXT).forwardAgain(scope, mode));
    }
    return headUnder(scope, encoded, mode);
  }

  private ForwardPass headUnder(
      String scope, Map<Modality, EncodedModality> encoded, ForwardPass.Mode mode) {
    Ops tf = Ops.create(graph).withSubScope(scope);
    return ForwardPass.build(tf, encoded, head, Optional.empty(), mode);
  }

  /** Returns the head, for its losses. */
  public EmotionHead head() {
    return head;
  }

  /**
   * Applies an adapter to the speech encoder, in place of an earlier one: assigns it to the
   * bypasses of a model with LoRA, or adds it to the kernels of a model without.
   *
   * @throws IOException if the values of the kernels are missing or damaged
   * @throws IllegalArgumentException if the adapter does not fit the encoder
   */
  public void adapt(LoraAdapter adapter, Session session) throws IOException {
    encoders.get(Modality.AUDIO).adapt(adapter, variables, session);
  }

  /**
   * Gives the frozen variables the values of their SavedModels.
   *
   * @throws IOException if those are missing or damaged
   */
  public void restoreEncoders(Session session) throws IOException {
    for (EncoderBranch encoder : encoders.values()) {
      encoder.restore(session);
    }
  }

  private static Map<Modality, EncoderSavedModel> prepared(
      Map<Modality, SavedModelFolder> folders) {
    Map<Modality, EncoderSavedModel> models = new EnumMap<>(Modality.class);
    folders.forEach((modality, folder) -> models.put(modality, EncoderSavedModel.of(folder)));
    return models;
  }

  private static Map<Modality, EncoderSize> sizes(Map<Modality, EncoderSavedModel> models)
      throws IOException {
    Map<Modality, EncoderSize> sizes = new EnumMap<>(Modality.class);
    for (var entry : models.entrySet()) {
      EncoderStates states = EncoderStates.of(entry.getValue(), Optional.empty());
      sizes.put(entry.getKey(), EncoderSize.of(states));
    }
    return sizes;
  }
}
