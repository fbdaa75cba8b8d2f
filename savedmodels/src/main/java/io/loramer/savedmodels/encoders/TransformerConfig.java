package io.loramer.savedmodels.encoders;

/**
 * Sizes and dropout rates of transformer layers.
 *
 * @param hiddenDropout after attention and after feed-forward
 * @param attentionDropout on the attention weights
 * @param activationDropout between the two maps of the feed-forward
 */
record TransformerConfig(
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    Activation activation,
    float layerNormEpsilon,
    float hiddenDropout,
    float attentionDropout,
    float activationDropout) {

  /** Reads the keys that transformers uses for speech encoders. */
  static TransformerConfig ofSpeech(ConfigFile config) {
    return of(
        config,
        1e-5,
        config.rate("hidden_dropout", 0.1),
        config.rate("attention_dropout", 0.1),
        config.rate("activation_dropout", 0.1));
  }

  /** Reads the keys that transformers uses for BERT and RoBERTa. */
  static TransformerConfig ofText(ConfigFile config) {
    return of(
        config,
        1e-12,
        config.rate("hidden_dropout_prob", 0.1),
        config.rate("attention_probs_dropout_prob", 0.1),
        0);
  }

  private static TransformerConfig of(
      ConfigFile config, double epsilon, float hidden, float attention, float activation) {
    int hiddenSize = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    config.require(
        hiddenSize % heads == 0, "hidden_size must be a multiple of num_attention_heads");
    return new TransformerConfig(
        hiddenSize,
        config.size("num_hidden_layers"),
        heads,
        config.size("intermediate_size"),
        config.choice("hidden_act", Activation.class, Activation.GELU),
        config.number("layer_norm_eps", epsilon),
        hidden,
        attention,
        activation);
  }
}
