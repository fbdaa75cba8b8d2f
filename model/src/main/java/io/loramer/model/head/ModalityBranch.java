package io.loramer.model.head;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import org.tensorflow.op.Ops;

/** One modality's layers from the encoder to f ∈ R^D: choice of layers, pooling, projection. */
final class ModalityBranch {
  private final Modality modality;
  private final PoolingOrder order;
  private final LayerMix layers;
  private final AttentiveStatisticsPooling pooling;
  private final TwoLayerMlp projection;

  ModalityBranch(Variables all, HeadConfig config, Modality modality, EncoderSize encoder) {
    this.modality = modality;
    order = config.pooling();
    int in = encoder.hiddenSize();
    int size = config.size();

    Variables variables = all.scope(modality.scope());
    layers = new LayerMix(variables.scope("layers"), config.layers(), encoder);
    if (order == PoolingOrder.BEFORE_CONVOLUTIONS) {
      pooling = pooling(variables, config, in);
      projection =
          projection(variables, config, AttentiveStatisticsPooling.OUTPUTS_PER_FEATURE * in, size);
    } else {
      int channels = size / AttentiveStatisticsPooling.OUTPUTS_PER_FEATURE;
      projection = projection(variables, config, in, channels);
      pooling = pooling(variables, config, channels);
    }
  }

  private static AttentiveStatisticsPooling pooling(Variables all, HeadConfig config, int in) {
    int attention = config.attentionSize().orElse(in);
    return new AttentiveStatisticsPooling(all.scope("pooling"), in, attention);
  }

  private static TwoLayerMlp projection(Variables all, HeadConfig config, int in, int out) {
    return new TwoLayerMlp(all.scope("projection"), in, config.size(), out, config.dropout());
  }

  /** Computes the features of each utterance from this modality's sequence. */
  ModalityFeatures features(Ops root, Map<Modality, Sequence> encoded, Dropout dropout) {
    Sequence sequence = encoded.get(modality);
    if (sequence == null) {
      throw new IllegalArgumentException(
          "head: expected a sequence for %s, found %s".formatted(modality, encoded.keySet()));
    }
    Ops tf = root.withSubScope(modality.scope());
    var x = layers.mix(tf.withSubScope("layers"), sequence.hiddenStates()); // [B, T, H]
    Ops poolingOps = tf.withSubScope("pooling");
    Ops projectionOps = tf.withSubScope("projection");
    return switch (order) {
      case BEFORE_CONVOLUTIONS -> {
        var pooled = pooling.pool(poolingOps, x, sequence.mask()); // [B, 2H]
        var vector = projection.apply(projectionOps, pooled.vector(), dropout); // [B, D]
        yield new ModalityFeatures(vector, pooled.attention(), sequence.mask());
      }
      case AFTER_CONVOLUTIONS -> {
        var projected = projection.apply(projectionOps, x, dropout); // [B, T, D/2]
        var pooled = pooling.pool(poolingOps, projected, sequence.mask()); // [B, D]
        yield new ModalityFeatures(pooled.vector(), pooled.attention(), sequence.mask());
      }
    };
  }
}
