package io.loramer.training.testing;

import io.loramer.model.head.HeadConfig;
import io.loramer.model.head.Layers;
import io.loramer.model.head.PoolingOrder;
import io.loramer.model.head.SpeakerConfig;
import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineConfig;
import io.loramer.model.information.MineEstimator;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.device.Device;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.config.CacheConfig;
import io.loramer.training.config.CacheConfig.States;
import io.loramer.training.config.ComputeConfig;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.OptimizationConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfig.Adaptation;
import io.loramer.training.config.RunConfig.AudioConfig;
import io.loramer.training.config.RunConfig.TextConfig;
import io.loramer.training.config.SplitConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A corpus of sines and encoders of random weights: a run on them takes a second. */
public record TinySetup(Path manifest, Path speechEncoder, Path textEncoder) {
  /** Makes everything in an empty folder. */
  public static TinySetup in(Path folder) throws IOException {
    TinyCorpus made = TinyCorpus.in(folder);
    return new TinySetup(made.manifest(), made.speechEncoder(), made.textEncoder());
  }

  /** Three epochs of three steps, with both modalities, LoRA and a cache. */
  public RunConfig config() {
    return new RunConfig(
        new DataConfig(
            Optional.of(manifest), List.of(), 0.5, SplitConfig.none(), SplitConfig.none()),
        new AudioConfig(Optional.of(speechEncoder), Adaptation.LORA, LoraConfig.defaults()),
        TextConfig.transcripts(Optional.of(textEncoder)),
        new HeadConfig(
            10,
            OptionalInt.of(8),
            Layers.LAST,
            PoolingOrder.BEFORE_CONVOLUTIONS,
            0.1f,
            new MineConfig(0.25f, 11, Marginals.ALL_PAIRS, MineEstimator.DV),
            SpeakerConfig.none()),
        new OptimizationConfig(3, 3, 3e-2f, 10, OptionalDouble.of(2), 1),
        new CacheConfig(States.FLOAT32, Optional.of(manifest.resolveSibling("cache"))),
        new ComputeConfig(Device.auto(), Optional.of(Precision.FLOAT32), Optional.of(false)));
  }

  /** The same run with another estimate of the mutual information. */
  public RunConfig estimating(Marginals marginals, MineEstimator estimator) {
    MineConfig mine = config().head().mine();
    return withHead(
        new MineConfig(mine.lambda(), mine.hidden(), marginals, estimator), SpeakerConfig.none());
  }

  /** The same run of a head with a speaker input. */
  public RunConfig withSpeakers(SpeakerConfig speaker) {
    return withHead(config().head().mine(), speaker);
  }

  private RunConfig withHead(MineConfig mine, SpeakerConfig speaker) {
    HeadConfig head = config().head();
    return config()
        .withHead(
            new HeadConfig(
                head.size(),
                head.attentionSize(),
                head.layers(),
                head.pooling(),
                head.dropout(),
                mine,
                speaker));
  }

  /** The same run with another format of the stored states. */
  public RunConfig stored(States states) {
    return config().withCache(config().cache().withStates(states));
  }

  /** The same run with these labels named. */
  public RunConfig labelled(String... labels) {
    return config().withData(config().data().withLabels(List.of(labels)));
  }

  /** The same run on another corpus. */
  public RunConfig on(Path corpus) {
    return config()
        .withData(
            new DataConfig(
                Optional.of(corpus), List.of(), 0.5, SplitConfig.none(), SplitConfig.none()));
  }

  /** The same run of a model without text input. */
  public RunConfig audioOnly() {
    return config().withText(TextConfig.transcripts(Optional.empty()));
  }

  /** The same run of a model without audio input. */
  public RunConfig textOnly() {
    return config()
        .withAudio(new AudioConfig(Optional.empty(), Adaptation.LORA, LoraConfig.defaults()));
  }

  /** The same run with words of another source. */
  public RunConfig worded(TextSource source, Optional<Path> recognizer) {
    return config().withText(new TextConfig(Optional.of(textEncoder), source, recognizer));
  }
}
