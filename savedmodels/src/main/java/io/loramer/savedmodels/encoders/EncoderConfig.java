package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.MetaGraph.CallSignature;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.graph.Dropout;
import java.io.IOException;
import java.util.List;
import java.util.Set;

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

  /** The file that describes a checkpoint's architecture. */
  String FILE = "config.json";

  /**
   * Returns the encoder that a checkpoint's config.json describes.
   *
   * @param tensors the names of the checkpoint's tensors; empty if it has no weights yet
   * @throws IOException if the file is invalid, or the architecture or a setting is not supported
   */
  static EncoderConfig ofCheckpoint(
      ConfigFile config, PaddingInNorm paddingInNorm, Set<String> tensors) throws IOException {
    UnsupportedKeys.refuse(config, type(config));
    return of(config, paddingInNorm, tensors);
  }

  /**
   * Reads the config.json of an encoder SavedModel, for the shapes of its inputs. Settings that are
   * not supported in checkpoints are allowed: the SavedModel has a graph of its own.
   *
   * @throws IOException if it is unreadable or invalid, or the architecture is not supported
   */
  static EncoderConfig ofSavedModel(SavedModelFolder model) throws IOException {
    return of(ConfigFile.read(model.asset(FILE)), PaddingInNorm.IGNORED, Set.of());
  }

  private static String type(ConfigFile config) {
    return config.text("model_type").orElse("missing");
  }

  private static EncoderConfig of(
      ConfigFile config, PaddingInNorm paddingInNorm, Set<String> tensors) throws IOException {
    String type = type(config);
    return switch (type) {
      case "wavlm" -> SpeechConfig.of(config, SpeechFamily.WAVLM, paddingInNorm, tensors);
      case "hubert" -> SpeechConfig.of(config, SpeechFamily.HUBERT, paddingInNorm, tensors);
      case "wav2vec2" -> SpeechConfig.of(config, SpeechFamily.WAV2VEC2, paddingInNorm, tensors);
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
