package io.loramer.training.features;

import io.loramer.model.Frontier;
import io.loramer.model.head.Modality;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.EncoderSignature;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.encoders.TextInput;
import io.loramer.savedmodels.imports.EncoderSavedModel;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfig.AudioConfig;
import io.loramer.training.config.RunConfig.TextConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The encoder SavedModels of a run.
 *
 * @param folders by modality: one or two
 */
public record RunEncoders(Map<Modality, SavedModelFolder> folders) {
  private static final String TOKENIZER = "tokenizer.json";

  /** The fewest samples of a clip if the model has no audio input: then any clip will do. */
  private static final int MINIMUM_WITHOUT_AUDIO = 1;

  /**
   * Opens the encoders that a configuration names.
   *
   * @throws IOException if none is named, one is no SavedModel, or the text encoder has no
   *     tokenizer
   */
  public static RunEncoders open(AudioConfig audio, TextConfig text) throws IOException {
    Map<Modality, SavedModelFolder> folders = new EnumMap<>(Modality.class);
    if (audio.encoder().isPresent()) {
      folders.put(Modality.AUDIO, SavedModelFolder.open(audio.encoder().get()));
    }
    if (text.activeEncoder().isPresent()) {
      SavedModelFolder encoder = SavedModelFolder.open(text.activeEncoder().get());
      Path tokenizer = encoder.asset(TOKENIZER);
      if (!Files.isRegularFile(tokenizer)) {
        throw new IOException(
            tokenizer
                + ": no such file; put the checkpoint's tokenizer.json there, or convert the text"
                + " encoder from a checkpoint that has it");
      }
      folders.put(Modality.TEXT, encoder);
    }
    if (folders.isEmpty()) {
      throw new IOException(
          "neither audio.encoder nor text.encoder is given: name at least one encoder SavedModel;"
              + " `lora-mer convert` makes them");
    }
    return new RunEncoders(folders);
  }

  /** Returns whether the model takes audio. */
  public boolean usesAudio() {
    return folders.containsKey(Modality.AUDIO);
  }

  /**
   * Returns the frontier of each encoder.
   *
   * @throws IOException if one cannot be used as an encoder, or not for clips of the length that
   *     the configuration allows
   * @throws IllegalArgumentException if LoRA or the head does not fit one
   */
  public Map<Modality, Frontier> frontiers(RunConfig config) throws IOException {
    Map<Modality, Frontier> frontiers = new EnumMap<>(Modality.class);
    for (var encoder : folders.entrySet()) {
      Modality modality = encoder.getKey();
      Optional<LoraConfig> lora =
          modality == Modality.AUDIO ? config.audio().activeLora() : Optional.empty();
      Frontier frontier =
          Frontier.of(
              modality,
              EncoderSavedModel.of(encoder.getValue()),
              lora,
              config.head().layers(),
              config.cache().storage());
      requireTaken(frontier, config.data());
      frontiers.put(modality, frontier);
    }
    return frontiers;
  }

  private static void requireTaken(Frontier frontier, DataConfig data) throws IOException {
    OptionalLong length = frontier.fixedLength();
    if (length.isPresent() && length.getAsLong() < data.maxSamples()) {
      throw new IOException(
          "data.max_duration_seconds: expected at most %s, found %s: %s takes exactly %d samples"
                  .formatted(
                      (double) length.getAsLong() / EncoderSignature.SAMPLE_RATE,
                      data.maxDurationSeconds(),
                      frontier.encoder().folder().path(),
                      length.getAsLong())
              + " at 16 kHz. With that limit, longer clips are cropped and shorter ones padded; an"
              + " encoder that `lora-mer convert` makes takes any length");
    }
  }

  /** Returns the fewest samples of which the speech encoder computes a frame. */
  public int minimumSamples() throws IOException {
    return usesAudio()
        ? SpeechInput.of(folders.get(Modality.AUDIO)).minimumSamples()
        : MINIMUM_WITHOUT_AUDIO;
  }

  /**
   * Loads what turns utterances into the encoders' inputs; the caller closes its tokenizer.
   *
   * @param maxSamples the length to which longer clips are cropped
   */
  public Batches batches(int maxSamples) throws IOException {
    if (!folders.containsKey(Modality.TEXT)) {
      return new Batches(usesAudio(), Optional.empty(), 0, maxSamples);
    }
    SavedModelFolder encoder = folders.get(Modality.TEXT);
    TextInput input = TextInput.of(encoder);
    Tokenizer tokenizer = Tokenizer.load(encoder.asset(TOKENIZER), input.maxTokens());
    return new Batches(usesAudio(), Optional.of(tokenizer), input.padId(), maxSamples);
  }
}
