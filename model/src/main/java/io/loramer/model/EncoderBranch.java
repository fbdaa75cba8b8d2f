package io.loramer.model;

import io.loramer.model.head.Layers;
import io.loramer.model.head.Modality;
import io.loramer.model.head.Sequence;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.encoders.TextInput;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderInput;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.lora.LoraAdapter;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.lora.LoraTarget;
import io.loramer.savedmodels.rewrite.FixedSizes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * One modality's encoder in the model's graph, from its input to the hidden states that the head
 * takes. LoRA adapts the speech encoder only.
 */
final class EncoderBranch {
  private final Modality modality;
  private final EncoderInput input;
  private final Optional<LoraConfig> lora;
  private final Layers layers;
  private final ImportedEncoder encoder;

  /**
   * Imports the encoder.
   *
   * @param variables takes in the encoder's variables, frozen, and LoRA's, trainable
   * @param input what is put before the encoder
   * @throws IOException if the SavedModel is not an encoder of this modality
   */
  EncoderBranch(
      Graph graph,
      Variables variables,
      Modality modality,
      EncoderSavedModel model,
      EncoderInput input,
      ModelSpec spec,
      ForwardPass.Mode mode)
      throws IOException {
    this.modality = modality;
    this.input = input;
    lora = modality == Modality.AUDIO ? spec.lora() : Optional.empty();
    layers = spec.head().layers();
    encoder =
        ImportedEncoder.into(
            graph,
            variables,
            modality.scope(),
            model,
            tag(mode),
            lora,
            Optional.of(input),
            spec.computation());
  }

  /** Returns the forward pass that the encoder was imported with. */
  EncodedModality forward() {
    return encoded(encoder);
  }

  /** Adds a forward pass that shares the variables, its nodes under a scope. */
  EncodedModality forwardAgain(String scope, ForwardPass.Mode mode) throws IOException {
    return forwardAgain(scope, mode, input);
  }

  /** Adds a forward pass that shares the variables and begins with another input. */
  EncodedModality forwardAgain(String scope, ForwardPass.Mode mode, EncoderInput other)
      throws IOException {
    String branch = scope + "/" + modality.scope();
    return encoded(encoder.again(branch, tag(mode), Optional.of(other)));
  }

  /** Returns the modules of the encoder that LoRA adapts. */
  List<LoraTarget> loraTargets() {
    return encoder.targets();
  }

  /** Assigns an adapter to LoRA's bypasses, or without LoRA adds it to the kernels. */
  void adapt(LoraAdapter adapter, Variables variables, Session session) throws IOException {
    if (lora.isPresent()) {
      encoder.assign(adapter, variables, session);
    } else {
      encoder.merge(adapter, variables, session);
    }
  }

  /**
   * Gives the frozen variables the values of the SavedModel.
   *
   * @throws IOException if they are missing or damaged
   */
  void restore(Session session) throws IOException {
    encoder.restore(session);
  }

  private EncodedModality encoded(ImportedEncoder pass) {
    String states =
        layers == Layers.LAST ? EncoderSignature.LAST_HIDDEN_STATE : EncoderSignature.HIDDEN_STATES;
    var mask =
        switch (modality) {
          case AUDIO -> pass.output(EncoderSignature.FRAME_MASK, TInt32.class);
          case TEXT -> pass.input(TokenInput.MASK, TInt32.class);
        };
    Sequence sequence = new Sequence(pass.output(states, TFloat32.class), mask);
    return new EncodedModality(pass.stageInputs(), sequence, pass.dropoutSeed());
  }

  /** A frozen encoder has no dropout in training: its output for an utterance never changes. */
  private String tag(ForwardPass.Mode mode) {
    boolean drops = lora.isPresent() && mode == ForwardPass.Mode.TRAINING;
    return drops ? MetaGraph.TRAIN : MetaGraph.SERVE;
  }

  /**
   * Returns the ops from waveforms or token ids to the inputs of an encoder.
   *
   * @throws IOException if the SavedModel is not an encoder of this modality, or takes batches of
   *     one size only, or texts of one length only
   */
  static EncoderInput signalInput(Modality modality, EncoderSavedModel model) throws IOException {
    FixedSizes sizes = model.fixedSizes();
    return switch (modality) {
      case AUDIO -> {
        require(model.folder(), sizes, sizes.batch().isEmpty());
        yield new WaveformInput(SpeechInput.of(model.folder()).normalize(), sizes.length());
      }
      case TEXT -> {
        requireAnySize(model);
        yield new TokenInput(TextInput.of(model.folder()).padId());
      }
    };
  }

  /** Requires batches of any size and length. */
  static void requireAnySize(EncoderSavedModel model) throws IOException {
    FixedSizes sizes = model.fixedSizes();
    require(model.folder(), sizes, sizes.batch().isEmpty() && sizes.length().isEmpty());
  }

  private static void require(SavedModelFolder folder, FixedSizes found, boolean usable)
      throws IOException {
    if (!usable) {
      throw new IOException(
          "%s: expected an encoder of batches of any size and length, found %s; convert the"
                  .formatted(folder.path(), found)
              + " checkpoint it was exported from");
    }
  }
}
