package io.loramer.model;

import io.loramer.model.head.EncoderSize;
import io.loramer.model.head.Layers;
import io.loramer.model.head.Modality;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.EncoderStates;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.lora.LoraConfig;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The last hidden state of an encoder before anything that is trained: before the first matrix of
 * LoRA, or the encoder's output if none of it is trained. The states up to the frontier are the
 * same for an utterance in every epoch, so they are computed once and cached.
 *
 * <p>The graph of a SavedModel by Hugging Face's TF classes cannot be cut before LoRA. Its frontier
 * is its input: nothing is cached, and the encoder starts from the signal for every batch.
 *
 * @param encoder the encoder's SavedModel
 * @param size the hidden size and the number of hidden states of the encoder
 * @param states the indices of the hidden states that are cached, ascending: one, or several for a
 *     head that mixes layers; none if the frontier is the encoder's input
 * @param storage the type that the states are cached in
 */
public record Frontier(
    Modality modality,
    EncoderSavedModel encoder,
    EncoderStates size,
    List<Integer> states,
    Storage storage) {

  /** The type of the cached numbers. */
  public enum Storage {
    /** Exact. */
    FLOAT32,
    /** Half the size, about three significant digits. */
    FLOAT16
  }

  /**
   * Finds the frontier of an encoder.
   *
   * @param lora adapts the encoder; empty if it is frozen
   * @param layers the hidden states that the head takes
   * @throws IOException if the SavedModel cannot be used as an encoder
   * @throws IllegalArgumentException if a target of LoRA matches nothing, or the encoder has fewer
   *     layers than the head takes or does not give their states
   */
  public static Frontier of(
      Modality modality,
      EncoderSavedModel encoder,
      Optional<LoraConfig> lora,
      Layers layers,
      Storage storage)
      throws IOException {
    EncoderStates size = EncoderStates.of(encoder, lora);
    requireStates(encoder, size, layers);
    layers.requireIn(EncoderSize.of(size));
    EncoderBranch.signalInput(modality, encoder); // checked by building it
    List<Integer> states =
        size.lastFrozen().isPresent()
            ? cached(size, size.lastFrozen().getAsInt(), layers)
            : List.of();
    return new Frontier(modality, encoder, size, states, storage);
  }

  private static void requireStates(EncoderSavedModel encoder, EncoderStates size, Layers layers) {
    if (layers != Layers.LAST && size.count() == 1) {
      throw new IllegalArgumentException(
          "head.layers: %s needs the hidden states of all layers, and %s gives only"
                  .formatted(layers.name().toLowerCase(Locale.ROOT), encoder.folder().path())
              + " last_hidden_state; take last, or convert the PyTorch checkpoint");
    }
  }

  private static List<Integer> cached(EncoderStates size, int last, Layers layers) {
    int first =
        switch (layers) {
          case LAST -> last;
          case SUM_LAST_FOUR -> size.count() - 1 == last ? last + 1 - Layers.LAST_FEW : 0;
          case WEIGHTED -> 0;
        };
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  /** Returns the name of the input with the states, {@code storage} [states, B, T, H]. */
  public String statesInput() {
    return modality.scope() + "_states";
  }

  /** Returns the name of the input with the frames or tokens of each utterance, int32 [B]. */
  public String lengthsInput() {
    return modality.scope() + "_state_lengths";
  }

  /** Returns whether the frontier is the encoder's input, so that nothing can be cached. */
  public boolean isInput() {
    return states.isEmpty();
  }

  /**
   * Returns the only number of samples that the encoder takes, if there is one.
   *
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  public OptionalLong fixedLength() throws IOException {
    return encoder.fixedSizes().length();
  }

  /** Returns whether layers of the encoder lie beyond the frontier. */
  boolean splitsEncoder() {
    return size.lastFrozen().isEmpty() || size.lastFrozen().getAsInt() < size.count() - 1;
  }

  /**
   * A forward pass up to the frontier.
   *
   * @param inputs placeholders to be fed, by the names of {@link EmotionSignature}
   * @param states {@code storage} [states, B, T, H]
   * @param lengths int32 [B], the number of frames or tokens
   */
  public record Pass(
      Map<String, Operand<?>> inputs,
      Operand<?> states,
      Operand<TInt32> lengths,
      ImportedEncoder encoder) {
    /**
     * Gives the variables the values of the SavedModel.
     *
     * @throws IOException if they are missing or damaged
     */
    public void restore(Session session) throws IOException {
      encoder.restore(session);
    }
  }

  /**
   * Builds the part of the encoder up to the frontier, without dropout.
   *
   * @param variables takes in the variables of this part, frozen
   * @throws IOException if the SavedModel cannot be used as an encoder
   */
  public Pass build(Graph graph, Variables variables) throws IOException {
    ImportedEncoder part =
        ImportedEncoder.upTo(
            graph,
            variables,
            modality.scope(),
            encoder,
            states,
            EncoderBranch.signalInput(modality, encoder));
    Ops tf = Ops.create(graph).withSubScope("frontier");
    List<Operand<TFloat32>> computed = states.stream().map(part::state).toList();
    Operand<TFloat32> stacked = tf.stack(computed);
    Operand<?> stored =
        switch (storage) {
          case FLOAT32 -> stacked;
          case FLOAT16 -> tf.dtypes.cast(stacked, TFloat16.class);
        };
    Operand<TInt32> mask =
        switch (modality) {
          case AUDIO -> part.output(EncoderSignature.FRAME_MASK, TInt32.class);
          case TEXT -> part.input(TokenInput.MASK, TInt32.class);
        };
    Operand<TInt32> lengths = tf.reduceSum(mask, tf.constant(1));
    return new Pass(part.stageInputs(), stored, lengths, part);
  }
}
