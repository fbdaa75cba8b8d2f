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
 * BERT, RoBERTa and XLM-RoBERTa: token, position and type embeddings, then a transformer that
 * normalises after its parts.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">BERT</a>
 * @see <a href="https://arxiv.org/abs/1907.11692">RoBERTa</a>
 */
final class TextEncoder {
  private final Ops embeddings;
  private final Ops encoder;
  private final TextConfig config;
  private final Operand<TFloat32> words; // [vocabulary, H]
  private final Operand<TFloat32> positions; // [positions, H]
  private final Operand<TFloat32> types; // [types, H]
  private final LayerNorm layerNorm;
  private final List<TextLayer> layers = new ArrayList<>();

  TextEncoder(Parameters parameters, TextConfig config) {
    int hidden = config.transformer().hiddenSize();
    Parameters embedded = parameters.module("embeddings");
    Parameters transformer = parameters.module("encoder");
    this.embeddings = embedded.tf();
    this.encoder = transformer.tf();
    this.config = config;
    words = embedded.module("word_embeddings").get("weight", config.vocabularySize(), hidden);
    positions = embedded.module("position_embeddings").get("weight", config.positions(), hidden);
    types = embedded.module("token_type_embeddings").get("weight", config.tokenTypes(), hidden);
    layerNorm =
        new LayerNorm(
            embedded.module("LayerNorm"), hidden, config.transformer().layerNormEpsilon());
    for (int i = 0; i < config.transformer().layers(); i++) {
      layers.add(new TextLayer(transformer.module("layer." + i), config.transformer()));
    }
  }

  /**
   * Encodes a batch of token sequences.
   *
   * @param inputIds int32 [B, S], S at most the number of positions
   * @param tokenTypeIds int32 [B, S], which text of a pair a token belongs to
   * @param attentionMask int32 [B, S], 1 for a token, 0 for padding
   */
  EncoderOutputs apply(
      Operand<TInt32> inputIds,
      Operand<TInt32> tokenTypeIds,
      Operand<TInt32> attentionMask,
      Dropout dropout) {
    SequenceShape shape = SequenceShape.of(embeddings, inputIds);
    Operand<TFloat32> x =
        SequenceShape.toRows(
            embeddings, embed(inputIds, tokenTypeIds, shape), config.transformer().hiddenSize());
    x = dropout.apply(embeddings, x, config.transformer().hiddenDropout());

    var mask = encoder.dtypes.cast(attentionMask, TFloat32.class);
    var scoreMask = SelfAttention.scoreMask(encoder, mask);
    List<Operand<TFloat32>> hiddenStates = new ArrayList<>();
    for (TextLayer layer : layers) {
      hiddenStates.add(shape.fromRows(encoder, x, config.transformer().hiddenSize()));
      x = layer.apply(x, shape, scoreMask, dropout);
    }
    hiddenStates.add(shape.fromRows(encoder, x, config.transformer().hiddenSize()));
    return EncoderOutputs.of(encoder, hiddenStates, Optional.empty(), Optional.empty());
  }

  private Operand<TFloat32> embed(
      Operand<TInt32> inputIds, Operand<TInt32> tokenTypeIds, SequenceShape shape) {
    Ops tf = embeddings;
    var rows = tf.constant(0);
    var word = tf.gather(words, inputIds, rows); // [B, S, H]
    var position = tf.gather(positions, positionIds(inputIds, shape), rows); // [B or 1, S, H]
    var type = tf.gather(types, tokenTypeIds, rows); // [B, S, H]
    return layerNorm.apply(tf.math.add(tf.math.add(word, type), position));
  }

  private Operand<TInt32> positionIds(Operand<TInt32> inputIds, SequenceShape shape) {
    Ops tf = embeddings;
    return switch (config.family()) {
      case BERT ->
          tf.expandDims(tf.range(tf.constant(0), shape.time(), tf.constant(1)), tf.constant(0));
      case ROBERTA -> {
        var pad = tf.constant(config.padId());
        var tokens = tf.dtypes.cast(tf.math.notEqual(inputIds, pad), TInt32.class);
        var counted = tf.math.mul(tf.math.cumsum(tokens, tf.constant(1)), tokens);
        yield tf.math.add(counted, pad);
      }
    };
  }
}
