package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;

/**
 * The token sequence that a text encoder expects.
 *
 * @param maxTokens the length of the longest sequence, which is limited by the positions
 * @param padId the token that pads shorter sequences of a batch
 */
public record TextInput(int maxTokens, int padId) {
  /**
   * Reads the assets of a converted encoder.
   *
   * @throws IOException if it is not a text encoder
   */
  public static TextInput of(SavedModelFolder model) throws IOException {
    EncoderConfig config = EncoderConfig.ofSavedModel(model);
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
