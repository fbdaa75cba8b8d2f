package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.graph.Dropout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * WavLM, HuBERT and wav2vec 2.0: waveform → convolutions → projection → positional convolution →
 * transformer.
 *
 * @see <a href="https://arxiv.org/abs/2110.13900">WavLM</a>
 * @see <a href="https://arxiv.org/abs/2106.07447">HuBERT</a>
 * @see <a href="https://arxiv.org/abs/2006.11477">wav2vec 2.0</a>
 */
final class SpeechEncoder {
  private final Ops tf;
  private final Ops encoder;
  private final SpeechConfig config;
  private final FeatureExtractor featureExtractor;
  private final Optional<LayerNorm> featureNorm;
  private final Linear featureProjection;
  private final PositionalConvolution positions;
  private final LayerNorm layerNorm;
  private final Optional<RelativePositionBias> positionBias;
  private final List<SpeechLayer> layers = new ArrayList<>();
  private final Optional<Linear> ctcHead;

  SpeechEncoder(Parameters parameters, SpeechConfig config) {
    int hidden = config.transformer().hiddenSize();
    float epsilon = config.transformer().layerNormEpsilon();
    int features = config.convolutions().get(config.convolutions().size() - 1).channels();
    Parameters projection = parameters.module("feature_projection");
    Parameters transformer = parameters.module("encoder");
    this.tf = parameters.tf();
    this.encoder = transformer.tf();
    this.config = config;
    featureExtractor = new FeatureExtractor(parameters.module("feature_extractor"), config);
    featureNorm =
        config.normalizesFeatures()
            ? Optional.of(new LayerNorm(projection.module("layer_norm"), features, epsilon))
            : Optional.empty();
    featureProjection = new Linear(projection.module("projection"), features, hidden);
    positions = new PositionalConvolution(transformer.module("pos_conv_embed"), config);
    layerNorm = new LayerNorm(transformer.module("layer_norm"), hidden, epsilon);
    for (int i = 0; i < config.transformer().layers(); i++) {
      layers.add(new SpeechLayer(transformer.module("layers." + i), config));
    }
    positionBias =
        config.family() == SpeechFamily.WAVLM // all layers share the first one's embedding
            ? Optional.of(
                new RelativePositionBias(
                    transformer.module("layers.0").module("attention").module("rel_attn_embed"),
                    config))
            : Optional.empty();
    ctcHead =
        config
            .ctc()
            .map(ctc -> new Linear(parameters.module("lm_head"), hidden, ctc.vocabularySize()));
  }

  /**
   * Encodes a batch of waveforms.
   *
   * @param waveform float32 [B, samples], normalised as the checkpoint's preprocessor says
   * @param attentionMask int32 [B, samples], 1 for a sample, 0 for padding behind them
   */
  EncoderOutputs apply(Operand<TFloat32> waveform, Operand<TInt32> attentionMask, Dropout dropout) {
    var samples = tf.reduceSum(attentionMask, tf.constant(1)); // [B]
    var features = featureExtractor.apply(waveform, samples); // [B, T, C]
    SequenceShape extracted = SequenceShape.of(tf, features);
    var frameMask = FrameMask.of(tf, featureExtractor.frames(samples), extracted.time()); // [B, T]
    var mask = encoder.dtypes.cast(frameMask, TFloat32.class);

    int size = config.transformer().hiddenSize();
    Operand<TFloat32> hidden =
        encoder.math.mul(project(features, extracted), tf.expandDims(mask, tf.constant(-1)));
    hidden = encoder.math.add(hidden, positions.apply(hidden)); // [B, T, H]
    // From here on, ops read only hidden states and the mask, so the graph can be cut before any
    // layer.
    SequenceShape shape = SequenceShape.of(encoder, frameMask);
    if (!config.stableLayerNorm()) {
      hidden = shape.fromRows(encoder, layerNorm.apply(rows(hidden)), size);
    }
    var bias = positionBias.map(b -> b.apply(shape.time())); // [N, T, T]
    var scoreMask = SelfAttention.scoreMask(encoder, mask);
    List<Operand<TFloat32>> hiddenStates = new ArrayList<>(); // [B, T, H] each
    for (SpeechLayer layer : layers) {
      hiddenStates.add(hidden);
      hidden =
          shape.fromRows(encoder, layer.apply(rows(hidden), shape, scoreMask, bias, dropout), size);
    }
    if (config.stableLayerNorm()) {
      hidden = shape.fromRows(encoder, layerNorm.apply(rows(hidden)), size);
    }
    hiddenStates.add(hidden);
    var logits = logits(rows(hidden), shape, dropout);
    return EncoderOutputs.of(encoder, hiddenStates, Optional.of(frameMask), logits);
  }

  private Operand<TFloat32> rows(Operand<TFloat32> hidden) {
    return SequenceShape.toRows(encoder, hidden, config.transformer().hiddenSize());
  }

  /** Scores the vocabulary for each of the rows [B·T, H]. */
  private Optional<Operand<TFloat32>> logits(
      Operand<TFloat32> rows, SequenceShape shape, Dropout dropout) {
    return config
        .ctc()
        .map(
            ctc -> {
              var scores = ctcHead.orElseThrow().apply(dropout.apply(tf, rows, ctc.dropout()));
              return shape.fromRows(tf, scores, ctc.vocabularySize());
            });
  }

  private Operand<TFloat32> project(Operand<TFloat32> features, SequenceShape shape) {
    var normed = featureNorm.isPresent() ? featureNorm.get().apply(features) : features;
    int channels = config.convolutions().get(config.convolutions().size() - 1).channels();
    var projected = featureProjection.apply(SequenceShape.toRows(tf, normed, channels));
    return shape.fromRows(tf, projected, config.transformer().hiddenSize());
  }
}
