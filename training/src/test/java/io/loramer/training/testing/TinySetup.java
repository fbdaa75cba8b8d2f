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

  /** Three epochs of three steps, with everything that a run can have. */
  public RunConfig config() {
    return new RunConfig(
        new DataConfig(
            Optional.of(manifest), List.of(), 0.5, SplitConfig.none(), SplitConfig.none()),
        new AudioConfig(Optional.of(speechEncoder), Adaptation.LORA, LoraConfig.defaults()),
        TextConfig.transcripts(Optional.of(textEncoder)),
        head(Marginals.ALL_PAIRS, MineEstimator.DV),
        new OptimizationConfig(3, 3, 3e-2f, 10, OptionalDouble.of(2), 1),
        new CacheConfig(States.FLOAT32, Optional.of(manifest.resolveSibling("cache"))),
        ComputeConfig.defaults().resolved(0));
  }

  private static HeadConfig head(Marginals marginals, MineEstimator estimator) {
    return new HeadConfig(
        10,
        OptionalInt.of(8),
        Layers.LAST,
        PoolingOrder.BEFORE_CONVOLUTIONS,
        0.1f,
        new MineConfig(0.25f, 11, marginals, estimator),
        SpeakerConfig.none());
  }

  /** The same run with another estimate of the mutual information. */
  public RunConfig config(Marginals marginals, MineEstimator estimator) {
    RunConfig all = config();
    return new RunConfig(
        all.data(),
        all.audio(),
        all.text(),
        head(marginals, estimator),
        all.training(),
        all.cache(),
        all.compute());
  }

  /** The same run of a model that is told who speaks. */
  public RunConfig config(SpeakerConfig speaker) {
    RunConfig all = config();
    HeadConfig head =
        new HeadConfig(
            all.head().size(),
            all.head().attentionSize(),
            all.head().layers(),
            all.head().pooling(),
            all.head().dropout(),
            all.head().mine(),
            speaker);
    return new RunConfig(
        all.data(), all.audio(), all.text(), head, all.training(), all.cache(), all.compute());
  }

  /** The same run, but for how it is optimised. */
  public RunConfig config(OptimizationConfig training) {
    RunConfig all = config();
    return new RunConfig(
        all.data(), all.audio(), all.text(), all.head(), training, all.cache(), all.compute());
  }

  /** The same run, but for the speech encoder. */
  public RunConfig config(AudioConfig audio) {
    RunConfig all = config();
    return new RunConfig(
        all.data(), audio, all.text(), all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run, but for its precision. */
  public RunConfig config(Precision precision) {
    RunConfig all = config();
    ComputeConfig compute =
        new ComputeConfig(new Device("cpu"), Optional.of(precision), Optional.empty());
    return new RunConfig(
        all.data(), all.audio(), all.text(), all.head(), all.training(), all.cache(), compute);
  }

  /** The same run, but for what is stored of the frozen part. */
  public RunConfig config(States states) {
    RunConfig all = config();
    CacheConfig cache = new CacheConfig(states, all.cache().folder());
    return new RunConfig(
        all.data(), all.audio(), all.text(), all.head(), all.training(), cache, all.compute());
  }

  /** The same run on another corpus. */
  public RunConfig config(Path corpus, List<String> labels) {
    RunConfig all = config();
    DataConfig data =
        new DataConfig(Optional.of(corpus), labels, 0.5, SplitConfig.none(), SplitConfig.none());
    return new RunConfig(
        data, all.audio(), all.text(), all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run of a model that only hears. */
  public RunConfig audioOnly() {
    RunConfig all = config();
    TextConfig none = TextConfig.transcripts(Optional.empty());
    return new RunConfig(
        all.data(), all.audio(), none, all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run, but for the words. */
  public RunConfig config(TextSource source, Optional<Path> recognizer) {
    RunConfig all = config();
    TextConfig text = new TextConfig(all.text().encoder(), source, recognizer);
    return new RunConfig(
        all.data(), all.audio(), text, all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run of a model that only reads. */
  public RunConfig textOnly() {
    return config(new AudioConfig(Optional.empty(), Adaptation.LORA, LoraConfig.defaults()));
  }
}
