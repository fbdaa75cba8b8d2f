package io.loramer.model;

import io.loramer.model.head.EmotionHead;
import io.loramer.model.head.HeadOutputs;
import io.loramer.model.head.Modality;
import io.loramer.model.head.Sequence;
import io.loramer.savedmodels.graph.Dropout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * One forward pass of a model in its graph.
 *
 * @param inputs placeholders to be fed, by their names: those of {@link EmotionSignature} for the
 *     modalities of a {@link LoraMer}; those of {@link Frontier#statesInput}, {@link
 *     Frontier#lengthsInput} and {@link TrainablePart#SPEAKERS} for a {@link TrainablePart}, whose
 *     encoder without a cache has those of {@link EmotionSignature}
 * @param outputs the head's outputs
 * @param dropoutSeeds names of int64 scalars to be fed with a number that differs for every step;
 *     empty for inference
 */
public record ForwardPass(
    Map<String, Operand<?>> inputs, HeadOutputs outputs, List<String> dropoutSeeds) {

  /** The purpose of a forward pass. */
  public enum Mode {
    /** With dropout, in the head and in a speech encoder with LoRA. */
    TRAINING,
    /** Without dropout. */
    INFERENCE
  }

  /**
   * Builds the head on top of encoded modalities.
   *
   * @param speakers int32 [B], their rows; empty takes all speakers for unknown
   */
  static ForwardPass build(
      Ops tf,
      Map<Modality, EncodedModality> encoded,
      EmotionHead head,
      Optional<Operand<TInt32>> speakers,
      Mode mode) {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    Map<Modality, Sequence> sequences = new EnumMap<>(Modality.class);
    List<String> seeds = new ArrayList<>();
    encoded.forEach(
        (modality, part) -> {
          inputs.putAll(part.inputs());
          sequences.put(modality, part.sequence());
          part.dropoutSeed().ifPresent(seeds::add);
        });
    speakers.ifPresent(rows -> inputs.put(TrainablePart.SPEAKERS, rows));
    Dropout dropout = Dropout.none();
    if (mode == Mode.TRAINING) {
      var seed =
          tf.withName(Dropout.SEED).placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      seeds.add(seed.op().name());
      dropout = Dropout.seededBy(seed);
    }
    return new ForwardPass(inputs, head.forward(tf, sequences, speakers, dropout), seeds);
  }
}
