package io.loramer.savedmodels.encoders;

import java.util.List;
import java.util.Set;

/**
 * The keys of {@code config.json} with which transformers computes something else than this project
 * does. They are refused unless they are off: absent, null, false or empty.
 *
 * <p>Sizes, activations and norms are read by {@link SpeechConfig} and {@link TextConfig}. All
 * other keys that the models of transformers 5.18 read concern task heads, training, or the format
 * of the output.
 */
final class UnsupportedKeys {
  private static final Set<String> TEXT = Set.of("bert", "roberta", "xlm-roberta");

  private static final Set<String> ALL =
      Set.of("bert", "roberta", "xlm-roberta", "wavlm", "hubert", "wav2vec2");

  /**
   * A key.
   *
   * @param meaning of the key when it is on
   * @param readers the values of {@code model_type} whose models read it
   */
  private record Key(String name, String meaning, Set<String> readers) {}

  private static final List<Key> KEYS =
      List.of(
          new Key("is_decoder", "causal attention", TEXT),
          new Key("add_cross_attention", "attention to a second sequence", TEXT),
          new Key("add_adapter", "convolutions behind the layers", Set.of("wavlm", "wav2vec2")),
          new Key("adapter_attn_dim", "an adapter in each layer", Set.of("hubert", "wav2vec2")),
          new Key("conv_pos_batch_norm", "batch norm of the positions", Set.of("hubert")),
          new Key("per_layer_config", "layers with settings of their own", ALL),
          new Key("pruned_heads", "attention without some of its heads", ALL),
          new Key("quantization_config", "quantized weights", ALL));

  private UnsupportedKeys() {}

  /** Adds a problem for each key that a model of this type reads and that is on. */
  static void refuse(ConfigFile config, String modelType) {
    for (Key key : KEYS) {
      config.require(
          !key.readers.contains(modelType) || !config.isOn(key.name),
          "%s (%s) is not supported".formatted(key.name, key.meaning));
    }
  }
}
