package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.graph.Dropout;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A transformer layer of BERT. */
final class TextLayer {
  private final Ops tf;
  private final TransformerConfig config;
  private final SelfAttention attention;
  private final LayerNorm attentionNorm;
  private final FeedForward feedForward;
  private final LayerNorm outputNorm;

  TextLayer(Parameters parameters, TransformerConfig config) {
    int hidden = config.hiddenSize();
    Parameters attended = parameters.module("attention");
    Parameters self = attended.module("self");
    Parameters attentionOutput = attended.module("output");
    Parameters intermediate = parameters.module("intermediate");
    Parameters output = parameters.module("output");
    this.tf = parameters.tf();
    this.config = config;
    attention =
        new SelfAttention(
            self.tf(),
            new SelfAttention.Projections(
                new Linear(self.module("query"), hidden, hidden),
                new Linear(self.module("key"), hidden, hidden),
                new Linear(self.module("value"), hidden, hidden),
                new Linear(attentionOutput.module("dense"), hidden, hidden)),
            config);
    attentionNorm =
        new LayerNorm(attentionOutput.module("LayerNorm"), hidden, config.layerNormEpsilon());
    feedForward =
        new FeedForward(
            intermediate.tf(),
            new Linear(intermediate.module("dense"), hidden, config.intermediateSize()),
            new Linear(output.module("dense"), config.intermediateSize(), hidden),
            config);
    outputNorm = new LayerNorm(output.module("LayerNorm"), hidden, config.layerNormEpsilon());
  }

  /**
   * Maps the tokens of a batch.
   *
   * @param x float32 [B·S, H]
   * @param scoreMask float32 [B, 1, 1, S]
   * @return float32 [B·S, H]
   */
  Operand<TFloat32> apply(
      Operand<TFloat32> x, SequenceShape shape, Operand<TFloat32> scoreMask, Dropout dropout) {
    float rate = config.hiddenDropout();
    var attended = attention.apply(x, shape, scoreMask, Optional.empty(), dropout);
    var h = attentionNorm.apply(tf.math.add(x, dropout.apply(tf, attended, rate)));
    var fed = feedForward.apply(h, dropout);
    return outputNorm.apply(tf.math.add(h, dropout.apply(tf, fed, rate)));
  }
}
