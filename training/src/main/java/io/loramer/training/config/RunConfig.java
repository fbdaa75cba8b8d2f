package io.loramer.training.config;

import io.loramer.model.head.HeadConfig;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.lora.LoraConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything that decides what a run does.
 *
 * @param head what stands above the encoders
 */
public record RunConfig(
    DataConfig data,
    AudioConfig audio,
    TextConfig text,
    HeadConfig head,
    OptimizationConfig training,
    CacheConfig cache,
    ComputeConfig compute) {

  /** What becomes of the speech encoder. */
  public enum Adaptation {
    /** Low-rank bypasses are trained. */
    LORA,
    /** Nothing of it is. */
    FROZEN
  }

  /**
   * The speech encoder.
   *
   * @param encoder its SavedModel's folder; empty for a model that reads only
   * @param lora in use if adaptation says so
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
   * @param encoder its SavedModel's folder; empty for a model that hears only
   * @param source of the words; none makes a model that hears only
   * @param recognizer the SavedModel's folder of a CTC encoder, which recognises the words that are
   *     missing
   */
  public record TextConfig(Optional<Path> encoder, TextSource source, Optional<Path> recognizer) {
    /** A text encoder for the words of the manifest. */
    public static TextConfig transcripts(Optional<Path> encoder) {
      return new TextConfig(encoder, TextSource.TRANSCRIPT, Optional.empty());
    }

    /** Returns the encoder's folder, if the model reads. */
    public Optional<Path> activeEncoder() {
      return source == TextSource.NONE ? Optional.empty() : encoder;
    }

    /** Returns which words the model is given; none, of one that does not read. */
    public TextChoice choice() {
      return activeEncoder().isPresent()
          ? new TextChoice(source, recognizer)
          : new TextChoice(TextSource.NONE, Optional.empty());
    }
  }

  /** The paper's run, but for what it is run on. */
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

  /** Returns the same with these labels in use. */
  public RunConfig withLabels(List<String> labels) {
    DataConfig resolved =
        new DataConfig(
            data.manifest(), labels, data.maxDurationSeconds(), data.validation(), data.test());
    return new RunConfig(resolved, audio, text, head, training, cache, compute);
  }

  /** Returns the same computed so. */
  public RunConfig computed(ComputeConfig how) {
    return new RunConfig(data, audio, text, head, training, cache, how);
  }

  /** Returns the same with these speakers known to the head. */
  public RunConfig withSpeakers(List<String> speakers) {
    return new RunConfig(data, audio, text, head.withSpeakers(speakers), training, cache, compute);
  }

  /** Returns whether the head is told who speaks, and nobody said who is known. */
  public boolean lacksSpeakers() {
    return head.speaker().size().isPresent() && head.speaker().known().isEmpty();
  }

  /**
   * Returns the same divided in another way, where nobody is in the test split if nobody is named.
   */
  public RunConfig divided(SplitConfig validation, SplitConfig test) {
    DataConfig divided =
        new DataConfig(data.manifest(), data.labels(), data.maxDurationSeconds(), validation, test);
    return new RunConfig(divided, audio, text, head, training, cache, compute);
  }

  /** Returns the same with another seed. */
  public RunConfig withSeed(long seed) {
    OptimizationConfig seeded =
        new OptimizationConfig(
            training.epochs(),
            training.batchSize(),
            training.learningRate(),
            training.patience(),
            training.maxGradientNorm(),
            seed);
    return new RunConfig(data, audio, text, head, seeded, cache, compute);
  }

  /** Returns the same without a step of training: what a run's results are to be compared with. */
  public RunConfig untrained() {
    OptimizationConfig none =
        new OptimizationConfig(
            0,
            training.batchSize(),
            training.learningRate(),
            training.patience(),
            training.maxGradientNorm(),
            training.seed());
    return new RunConfig(data, audio, text, head, none, cache, compute);
  }
}
