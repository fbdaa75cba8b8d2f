package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.MetaGraph.CallSignature;
import io.loramer.savedmodels.graph.Dropout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The configuration of an encoder, from a checkpoint's {@code config.json}. */
sealed interface EncoderConfig permits SpeechConfig, TextConfig {
  /** Returns the prefix of the encoder's parameters in models with a task head. */
  String base();

  /**
   * Builds the encoder's graph, with its parameters as frozen variables.
   *
   * @return the signatures to call it with
   */
  List<CallSignature> build(Parameters parameters, Dropout dropout);

  /**
   * Reads the config.json of a checkpoint folder.
   *
   * @throws IOException if it is unreadable or invalid, or the architecture is not supported
   */
  static EncoderConfig read(Path folder, PaddingInNorm paddingInNorm) throws IOException {
    ConfigFile config = ConfigFile.read(folder.resolve("config.json"));
    String type = config.text("model_type").orElse("missing");
    return switch (type) {
      case "wavlm" -> SpeechConfig.of(config, SpeechFamily.WAVLM, paddingInNorm);
      case "hubert" -> SpeechConfig.of(config, SpeechFamily.HUBERT, paddingInNorm);
      case "wav2vec2" -> SpeechConfig.of(config, SpeechFamily.WAV2VEC2, paddingInNorm);
      case "roberta", "xlm-roberta" -> TextConfig.of(config, TextFamily.ROBERTA);
      case "bert" -> TextConfig.of(config, TextFamily.BERT);
      default ->
          throw new IOException(
              config.file()
                  + ": model_type "
                  + type
                  + " is not supported; supported: wavlm, hubert, wav2vec2, roberta, xlm-roberta,"
                  + " bert");
    };
  }
}
