package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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
    EncoderConfig config =
        EncoderConfig.read(model.asset("config.json").getParent(), PaddingInNorm.IGNORED);
    if (!(config instanceof SpeechConfig speech)) {
      throw new IOException(model.path() + ": expected a speech encoder, found a text encoder");
    }
    Optional<ConfigFile> found = preprocessor(model);
    if (found.isEmpty()) { // transformers' default is to normalise
      return of(true, speech);
    }
    ConfigFile preprocessor = found.get();
    int sampleRate = preprocessor.size("sampling_rate", EncoderSignature.SAMPLE_RATE);
    preprocessor.require(
        sampleRate == EncoderSignature.SAMPLE_RATE,
        "sampling_rate: expected %d, found %d".formatted(EncoderSignature.SAMPLE_RATE, sampleRate));
    preprocessor.check();
    return of(preprocessor.flag("do_normalize", true), speech);
  }

  /** Reads preprocessor_config.json, or the part of processor_config.json of transformers 5. */
  private static Optional<ConfigFile> preprocessor(SavedModelFolder model) throws IOException {
    Path own = model.asset("preprocessor_config.json");
    if (Files.exists(own)) {
      return Optional.of(ConfigFile.read(own));
    }
    Path processor = model.asset("processor_config.json");
    return Files.exists(processor)
        ? Optional.of(ConfigFile.read(processor).part("feature_extractor"))
        : Optional.empty();
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
