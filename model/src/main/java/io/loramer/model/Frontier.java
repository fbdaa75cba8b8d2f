package io.loramer.model;

import io.loramer.model.head.EncoderSize;
import io.loramer.model.head.Layers;
import io.loramer.model.head.Modality;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Variables;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.imports.EncoderStates;
import io.loramer.savedmodels.imports.ImportedEncoder;
import io.loramer.savedmodels.lora.LoraConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Where an encoder's frozen part ends: before the first matrix of LoRA, or behind the whole encoder
 * where none is trained. What stands before it gives the same for an utterance in every epoch.
 *
 * @param encoder its SavedModel, whose graphs are prepared once for all passes
 * @param size of the encoder
 * @param states which hidden states cross the frontier, ascending: one, but for heads that mix
 *     layers
 * @param storage what the states are handed over as
 */
public record Frontier(
    Modality modality,
    EncoderSavedModel encoder,
    EncoderStates size,
    List<Integer> states,
    Storage storage) {

  /** The type of stored numbers. */
  public enum Storage {
    /** Exact. */
    FLOAT32,
    /** Half the room, about three digits. */
    FLOAT16
  }

  /**
   * Finds the frontier.
   *
   * @param lora what is trained of the encoder; empty for nothing
   * @param layers which hidden states the head sees
   * @throws IOException if the SavedModel cannot be used as an encoder
   * @throws IllegalArgumentException if a target of LoRA matches nothing, or the encoder has fewer
   *     layers than the head looks at
   */
  public static Frontier of(
      Modality modality,
      SavedModelFolder encoder,
      Optional<LoraConfig> lora,
      Layers layers,
      Storage storage)
      throws IOException {
    EncoderSavedModel prepared = EncoderSavedModel.of(encoder);
    EncoderStates size = EncoderStates.of(prepared, lora);
    layers.requireIn(EncoderSize.of(size));
    int last = size.lastFrozen();
    int first =
        switch (layers) {
          case LAST -> last;
          case SUM_LAST_FOUR -> size.count() - 1 == last ? last + 1 - Layers.LAST_FEW : 0;
          case WEIGHTED -> 0;
        };
    List<Integer> states = IntStream.rangeClosed(first, last).boxed().toList();
    return new Frontier(modality, prepared, size, states, storage);
  }

  /** Returns the name of the input with the states, {@code storage} [states, B, T, H]. */
  public String statesInput() {
    return modality.scope() + "_states";
  }

  /** Returns the name of the input with the frames or tokens of each utterance, int32 [B]. */
  public String lengthsInput() {
    return modality.scope() + "_state_lengths";
  }

  /** Returns whether something of the encoder lies beyond. */
  boolean splitsEncoder() {
    return size.lastFrozen() < size.count() - 1;
  }

  /**
   * The way up to the frontier.
   *
   * @param inputs by the names of the Emotion SavedModel's signature, as in {@link ForwardPass}
   * @param states {@code storage} [states, B, T, H]
   * @param lengths int32 [B], frames or tokens
   */
  public record Pass(
      Map<String, Operand<?>> inputs,
      Operand<?> states,
      Operand<TInt32> lengths,
      ImportedEncoder encoder) {
    /** Gives the variables the values of the SavedModel. */
    public void restore(Session session) throws IOException {
      encoder.restore(session);
    }
  }

  /**
   * Builds the part of the encoder up to the frontier, without dropout.
   *
   * @param variables takes in those of this part, frozen
   */
  public Pass build(Graph graph, Variables variables) throws IOException {
    ImportedEncoder part =
        ImportedEncoder.upTo(
            graph,
            variables,
            modality.scope(),
            encoder,
            states,
            LoraMer.stage(modality, encoder.folder()));
    LoraMer.requireAnySize(encoder.folder(), part.fixedSizes());
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
