package io.loramer.savedmodels.encoders;

import io.loramer.savedmodels.EncoderSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The small files beside a checkpoint's weights that its {@code config.json} does not replace. */
final class EncoderFiles {
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final String PROCESSOR = "processor_config.json";
  private static final String TOKENIZER = "tokenizer.json";

  private EncoderFiles() {}

  /**
   * Returns whether the preprocessor normalises the waveform, if a file says so: {@code
   * preprocessor_config.json}, or the part of {@code processor_config.json} of transformers 5.
   *
   * @param files the path of a file, whether it exists or not, by its name
   * @throws IOException if the preprocessor is not one for 16 kHz
   */
  static Optional<Boolean> statedNormalization(Function<String, Path> files) throws IOException {
    ConfigFile preprocessor;
    if (Files.exists(files.apply(PREPROCESSOR))) {
      preprocessor = ConfigFile.read(files.apply(PREPROCESSOR));
    } else if (Files.exists(files.apply(PROCESSOR))) {
      ConfigFile processor = ConfigFile.read(files.apply(PROCESSOR));
      if (!processor.isOn("feature_extractor")) {
        return Optional.empty();
      }
      preprocessor = processor.part("feature_extractor");
    } else {
      return Optional.empty();
    }
    int sampleRate = preprocessor.size("sampling_rate", EncoderSignature.SAMPLE_RATE);
    preprocessor.require(
        sampleRate == EncoderSignature.SAMPLE_RATE,
        "sampling_rate: expected %d, found %d".formatted(EncoderSignature.SAMPLE_RATE, sampleRate));
    boolean normalized = preprocessor.flag("do_normalize", true);
    preprocessor.check();
    return Optional.of(normalized);
  }

  /**
   * Returns what is assumed or impossible because a file is missing, and whether the model has code
   * of its own.
   *
   * @param files the path of a file, whether it exists or not, by its name
   * @throws IOException if the preprocessor of a speech encoder is not one for 16 kHz
   */
  static List<String> warnings(ConfigFile file, EncoderConfig encoder, Function<String, Path> files)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    if (encoder instanceof SpeechConfig && statedNormalization(files).isEmpty()) {
      warnings.add(
          "no "
              + PREPROCESSOR
              + ": waveforms are normalised to mean 0 and variance 1 (do_normalize: true, the"
              + " default of transformers), which is wrong for models that were trained without;"
              + " add the model's own file and convert again");
    }
    if (encoder instanceof TextConfig && !Files.exists(files.apply(TOKENIZER))) {
      warnings.add(
          "no " + TOKENIZER + ": `lora-mer train` needs it; add the model's own and convert again");
    }
    file.part("auto_map")
        .text("AutoModel")
        .ifPresent(
            code ->
                warnings.add(
                    "auto_map: the model has code of its own, %s, which is not run: this is the %s of transformers"
                        .formatted(code, encoder.base())));
    return warnings;
  }
}
