package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.graph.Dropout;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A transformer layer of a speech encoder, normalised after (base) or before (large) its parts. */
final class SpeechLayer {
  private final Ops tf;
  private final SpeechConfig config;
  private final SelfAttention attention;
  private final Optional<PositionBiasGate> gate;
  private final LayerNorm layerNorm;
  private final FeedForward feedForward;
  private final LayerNorm finalLayerNorm;

  SpeechLayer(Parameters parameters, SpeechConfig config) {
    TransformerConfig sizes = config.transformer();
    int hidden = sizes.hiddenSize();
    Parameters attended = parameters.module("attention");
    Parameters fed = parameters.module("feed_forward");
    this.tf = parameters.tf();
    this.config = config;
    attention =
        new SelfAttention(
            attended.tf(),
            new SelfAttention.Projections(
                new Linear(attended.module("q_proj"), hidden, hidden),
                new Linear(attended.module("k_proj"), hidden, hidden),
                new Linear(attended.module("v_proj"), hidden, hidden),
                new Linear(attended.module("out_proj"), hidden, hidden)),
            sizes);
    gate =
        config.family() == SpeechFamily.WAVLM
            ? Optional.of(new PositionBiasGate(attended, sizes))
            : Optional.empty();
    layerNorm = new LayerNorm(parameters.module("layer_norm"), hidden, sizes.layerNormEpsilon());
    feedForward =
        new FeedForward(
            fed.tf(),
            new Linear(fed.module("intermediate_dense"), hidden, sizes.intermediateSize()),
            new Linear(fed.module("output_dense"), sizes.intermediateSize(), hidden),
            sizes);
    finalLayerNorm =
        new LayerNorm(parameters.module("final_layer_norm"), hidden, sizes.layerNormEpsilon());
  }

  /**
   * Maps the frames of a batch.
   *
   * @param x float32 [B·T, H]
   * @param scoreMask float32 [B, 1, 1, T]
   * @param bias float32 [N, T, T], WavLM's
   * @return float32 [B·T, H]
   */
  Operand<TFloat32> apply(
      Operand<TFloat32> x,
      SequenceShape shape,
      Operand<TFloat32> scoreMask,
      Optional<Operand<TFloat32>> bias,
      Dropout dropout) {
    float rate = config.transformer().hiddenDropout();
    boolean before = config.stableLayerNorm();

    var attentionInput = before ? layerNorm.apply(x) : x;
    Optional<Operand<TFloat32>> gated =
        bias.map(b -> gate.orElseThrow().apply(attentionInput, shape, b));
    var attended = attention.apply(attentionInput, shape, scoreMask, gated, dropout);
    var afterAttention = tf.math.add(x, dropout.apply(tf, attended, rate));

    var fed = before ? afterAttention : layerNorm.apply(afterAttention);
    var feedInput = before ? finalLayerNorm.apply(fed) : fed;
    var sum = tf.math.add(fed, dropout.apply(tf, feedForward.apply(feedInput, dropout), rate));
    return before ? sum : finalLayerNorm.apply(sum);
  }
}
