package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;

/**
 * What a text encoder expects of a sequence of tokens.
 *
 * @param maxTokens the longest sequence that has positions
 * @param padId what shorter sequences of a batch are filled up with
 */
public record TextInput(int maxTokens, int padId) {
  /**
   * Reads the assets of a converted encoder.
   *
   * @throws IOException if it is no text encoder
   */
  public static TextInput of(SavedModelFolder model) throws IOException {
    EncoderConfig config =
        EncoderConfig.read(model.asset("config.json").getParent(), PaddingInNorm.IGNORED);
    if (!(config instanceof TextConfig text)) {
      throw new IOException(model.path() + ": expected a text encoder, found a speech encoder");
    }
    int maxTokens =
        text.family() == TextFamily.ROBERTA
            ? text.positions() - text.padId() - 1 // positions count from the one after padId
            : text.positions();
    return new TextInput(maxTokens, text.padId());
  }
}
