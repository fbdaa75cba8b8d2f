package io.loramer.training.config;

import io.loramer.model.head.HeadConfig;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.lora.LoraConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of a run as a user writes it. Labels, speakers, precision and XLA may be left
 * open; {@link #resolve} gives them values once the corpus and the encoders were read.
 *
 * @param head the layers above the encoders
 */
public record RunConfig(
    DataConfig data,
    AudioConfig audio,
    TextConfig text,
    HeadConfig head,
    OptimizationConfig training,
    CacheConfig cache,
    ComputeConfig compute) {

  /** How the speech encoder takes part in training. */
  public enum Adaptation {
    /** LoRA matrices beside its frozen kernels are trained. */
    LORA,
    /** None of its variables is trained. */
    FROZEN
  }

  /**
   * The speech encoder.
   *
   * @param encoder its SavedModel's folder; empty for a model without audio input
   * @param lora in use if {@code adaptation} is {@link Adaptation#LORA}
   */
  public record AudioConfig(Optional<Path> encoder, Adaptation adaptation, LoraConfig lora) {
    /** Returns the configuration of LoRA, if it is in use. */
    public Optional<LoraConfig> activeLora() {
      boolean inUse = encoder.isPresent() && adaptation == Adaptation.LORA;
      return inUse ? Optional.of(lora) : Optional.empty();
    }
  }

  /**
   * The text encoder, which stays frozen.
   *
   * @param encoder its SavedModel's folder; empty for a model without text input
   * @param source of the words; {@link TextSource#NONE} gives a model without text input
   * @param recognizer the SavedModel's folder of a CTC encoder, which recognises the words that are
   *     missing
   */
  public record TextConfig(Optional<Path> encoder, TextSource source, Optional<Path> recognizer) {
    /** A text encoder for the words of the manifest. */
    public static TextConfig transcripts(Optional<Path> encoder) {
      return new TextConfig(encoder, TextSource.TRANSCRIPT, Optional.empty());
    }

    /** Returns the encoder's folder, if the model takes text. */
    public Optional<Path> activeEncoder() {
      return source == TextSource.NONE ? Optional.empty() : encoder;
    }

    /** Returns which words the model is given: none if it takes no text. */
    public TextChoice choice() {
      return activeEncoder().isPresent()
          ? new TextChoice(source, recognizer)
          : new TextChoice(TextSource.NONE, Optional.empty());
    }
  }

  /** The paper's run, without a corpus and encoders. */
  public static RunConfig defaults() {
    return new RunConfig(
        DataConfig.defaults(),
        new AudioConfig(Optional.empty(), Adaptation.LORA, LoraConfig.defaults()),
        TextConfig.transcripts(Optional.empty()),
        HeadConfig.defaults(),
        OptimizationConfig.defaults(),
        CacheConfig.defaults(),
        ComputeConfig.defaults());
  }

  /** Returns this configuration with another corpus, labels or splits. */
  public RunConfig withData(DataConfig other) {
    return new RunConfig(other, audio, text, head, training, cache, compute);
  }

  /** Returns this configuration with another speech encoder or adaptation. */
  public RunConfig withAudio(AudioConfig other) {
    return new RunConfig(data, other, text, head, training, cache, compute);
  }

  /** Returns this configuration with another text encoder or source of words. */
  public RunConfig withText(TextConfig other) {
    return new RunConfig(data, audio, other, head, training, cache, compute);
  }

  /** Returns this configuration with another head. */
  public RunConfig withHead(HeadConfig other) {
    return new RunConfig(data, audio, text, other, training, cache, compute);
  }

  /** Returns this configuration with another optimisation. */
  public RunConfig withTraining(OptimizationConfig other) {
    return new RunConfig(data, audio, text, head, other, cache, compute);
  }

  /** Returns this configuration with another cache. */
  public RunConfig withCache(CacheConfig other) {
    return new RunConfig(data, audio, text, head, training, other, compute);
  }

  /** Returns this configuration with another device, precision or XLA. */
  public RunConfig withCompute(ComputeConfig other) {
    return new RunConfig(data, audio, text, head, training, cache, other);
  }

  /** Returns this configuration with another seed. */
  public RunConfig withSeed(long seed) {
    return withTraining(training.withSeed(seed));
  }

  /** Returns this configuration with 0 epochs: the baseline of a run. */
  public RunConfig untrained() {
    return withTraining(training.withEpochs(0));
  }

  /** Returns this configuration with what it leaves open taken from another one. */
  public RunConfig orElse(RunConfig other) {
    DataConfig labelled = data.labels().isEmpty() ? data.withLabels(other.data.labels()) : data;
    boolean takesSpeakers = lacksSpeakers() && other.head.speaker().size().isPresent();
    HeadConfig knowing = takesSpeakers ? head.withSpeakers(other.head.speaker().known()) : head;
    return withData(labelled).withHead(knowing).withCompute(compute.orElse(other.compute));
  }

  /**
   * Gives a value to everything that is open.
   *
   * @param labels in use, in the order of the model's outputs
   * @param speakers of the training split, whom the head distinguishes unless the configuration
   *     names them
   * @param speechWidth hidden size of the speech encoder; 0 for a model without audio input
   */
  public ResolvedRunConfig resolve(List<String> labels, List<String> speakers, int speechWidth) {
    return new ResolvedRunConfig(
        data.withLabels(labels),
        audio,
        text,
        lacksSpeakers() ? head.withSpeakers(speakers) : head,
        training,
        cache,
        compute.device(),
        compute.resolve(speechWidth));
  }

  /** Returns whether the head has a speaker input and the configuration names no speakers. */
  private boolean lacksSpeakers() {
    return head.speaker().size().isPresent() && head.speaker().known().isEmpty();
  }
}
