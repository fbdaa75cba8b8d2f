package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;

/**
 * The waveform that a speech encoder expects.
 *
 * @param normalize whether it must have mean 0 and variance 1
 * @param minimumSamples the number of samples of one frame
 * @param samplesPerFrame the further samples of each further frame
 */
public record SpeechInput(boolean normalize, int minimumSamples, int samplesPerFrame) {
  /**
   * Reads the assets of a converted encoder.
   *
   * @throws IOException if it is not a speech encoder, or not one for 16 kHz
   */
  public static SpeechInput of(SavedModelFolder model) throws IOException {
    EncoderConfig config = EncoderConfig.ofSavedModel(model);
    if (!(config instanceof SpeechConfig speech)) {
      throw new IOException(model.path() + ": expected a speech encoder, found a text encoder");
    }
    // transformers' default is to normalise
    return of(EncoderFiles.statedNormalization(model::asset).orElse(true), speech);
  }

  private static SpeechInput of(boolean normalize, SpeechConfig config) {
    int samples = 1; // of one frame, from the last convolution to the first
    int perFrame = 1;
    for (int i = config.convolutions().size() - 1; i >= 0; i--) {
      var convolution = config.convolutions().get(i);
      samples = (samples - 1) * convolution.stride() + convolution.kernel();
      perFrame *= convolution.stride();
    }
    return new SpeechInput(normalize, samples, perFrame);
  }
}
