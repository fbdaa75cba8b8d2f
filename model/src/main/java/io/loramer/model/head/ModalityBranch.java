package io.loramer.model.head;

import io.loramer.savedmodels.graph.Dropout;
import io.loramer.savedmodels.graph.Variables;
import java.util.Map;
import org.tensorflow.op.Ops;

/** One modality's way from the encoder to f ∈ R^D: choice of layers, pooling, projection. */
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
      projection = projection(variables, config, 2 * in, size);
    } else {
      projection = projection(variables, config, in, size / 2);
      pooling = pooling(variables, config, size / 2);
    }
  }

  private static AttentiveStatisticsPooling pooling(Variables all, HeadConfig config, int in) {
    int attention = config.attentionSize().orElse(in);
    return new AttentiveStatisticsPooling(all.scope("pooling"), in, attention);
  }

  private static TwoLayerMlp projection(Variables all, HeadConfig config, int in, int out) {
    return new TwoLayerMlp(all.scope("projection"), in, config.size(), out, config.dropout());
  }

  /** Returns the features of each utterance, of this modality's sequence among those encoded. */
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
        var vector = projection.apply(projectionOps, pooled.statistics(), dropout); // [B, D]
        yield new ModalityFeatures(vector, pooled.attention(), sequence.mask());
      }
      case AFTER_CONVOLUTIONS -> {
        var projected = projection.apply(projectionOps, x, dropout); // [B, T, D/2]
        var pooled = pooling.pool(poolingOps, projected, sequence.mask()); // [B, D]
        yield new ModalityFeatures(pooled.statistics(), pooled.attention(), sequence.mask());
      }
    };
  }
}
