package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.MetaGraph;
import io.loramer.savedmodels.MetaGraph.CallSignature;
import io.loramer.savedmodels.graph.Dropout;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/**
 * The configuration of a text encoder's graph, from its {@code config.json}.
 *
 * @param positions rows of the position embedding
 * @param padId the padding token; RoBERTa counts positions from the number after it
 */
record TextConfig(
    TextFamily family,
    int vocabularySize,
    int positions,
    int tokenTypes,
    int padId,
    TransformerConfig transformer)
    implements EncoderConfig {

  /** Reads the keys of transformers' RobertaConfig and BertConfig. */
  static TextConfig of(ConfigFile config, TextFamily family) throws IOException {
    String positions = config.text("position_embedding_type").orElse("absolute");
    config.require(
        positions.equals("absolute"),
        "position_embedding_type: " + positions + " is not supported; supported: absolute");
    TextConfig text =
        new TextConfig(
            family,
            config.size("vocab_size"),
            config.size("max_position_embeddings"),
            config.size("type_vocab_size", 2),
            config.index("pad_token_id", family.padId()),
            TransformerConfig.ofText(config));
    config.check();
    return text;
  }

  @Override
  public String base() {
    return family.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<CallSignature> build(Parameters parameters, Dropout dropout) {
    Ops tf = parameters.tf();
    Shape batch = Shape.of(-1, -1);
    var inputIds =
        tf.withName(EncoderSignature.INPUT_IDS).placeholder(TInt32.class, Placeholder.shape(batch));
    var attentionMask =
        tf.withName(EncoderSignature.ATTENTION_MASK)
            .placeholder(TInt32.class, Placeholder.shape(batch));
    // Not in serving_default: signatures have no optional inputs, and an input is usually one text.
    var tokenTypeIds =
        tf.withName(EncoderSignature.TOKEN_TYPE_IDS)
            .placeholderWithDefault(tf.zerosLike(inputIds), batch);
    EncoderOutputs outputs =
        new TextEncoder(parameters, this).apply(inputIds, tokenTypeIds, attentionMask, dropout);
    Map<String, Operand<?>> named = outputs.named(tf);
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    inputs.put(EncoderSignature.INPUT_IDS, inputIds);
    inputs.put(EncoderSignature.ATTENTION_MASK, attentionMask);
    CallSignature oneText =
        new CallSignature(MetaGraph.DEFAULT_SIGNATURE, Map.copyOf(inputs), named);
    if (tokenTypes == 1) {
      return List.of(oneText);
    }
    inputs.put(EncoderSignature.TOKEN_TYPE_IDS, tokenTypeIds);
    return List.of(oneText, new CallSignature(EncoderSignature.TOKEN_TYPE_IDS, inputs, named));
  }
}
