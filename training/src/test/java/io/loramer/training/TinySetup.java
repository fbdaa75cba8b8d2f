package io.loramer.training;

import io.loramer.model.HeadConfig;
import io.loramer.model.Layers;
import io.loramer.model.Marginals;
import io.loramer.model.MineConfig;
import io.loramer.model.MineEstimator;
import io.loramer.model.PoolingOrder;
import io.loramer.model.SpeakerConfig;
import io.loramer.savedmodels.LoraConfig;
import io.loramer.savedmodels.Precision;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.encoders.RandomCheckpoint;
import io.loramer.training.CacheConfig.States;
import io.loramer.training.RunConfig.Adaptation;
import io.loramer.training.RunConfig.AudioConfig;
import io.loramer.training.RunConfig.TextConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A corpus of sines and encoders of random weights: a run on them takes a second. */
record TinySetup(Path manifest, Path speechEncoder, Path textEncoder) {
  private static final Path TOKENIZER = Path.of("src/test/resources/fixtures/tokenizer");
  private static final List<String> LABELS = List.of("anger", "neutral", "sadness");

  /** The first of the validation split: 7 before it, so that the last batch of 3 holds one. */
  private static final int VALIDATION = 7;

  /** The first of the test split. */
  private static final int TEST = 11;

  private static final int UTTERANCES = 16;

  /** 200 samples make a frame, 160 the next one. */
  private static final String WAVLM =
      """
      {"architectures": ["WavLMModel"], "model_type": "wavlm", "hidden_size": 12,
       "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 20,
       "conv_dim": [5, 7], "conv_kernel": [40, 9], "conv_stride": [20, 8], "conv_bias": false,
       "feat_extract_norm": "group", "do_stable_layer_norm": false, "num_conv_pos_embeddings": 6,
       "num_conv_pos_embedding_groups": 3, "num_buckets": 16, "max_bucket_distance": 30,
       "hidden_dropout": 0.1, "attention_dropout": 0.1, "activation_dropout": 0.1}
      """;

  private static final String ROBERTA =
      """
      {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 525,
       "hidden_size": 9, "num_hidden_layers": 1, "num_attention_heads": 3,
       "intermediate_size": 14, "max_position_embeddings": 30, "type_vocab_size": 1,
       "pad_token_id": 1}
      """;

  /** Makes everything in an empty folder. */
  static TinySetup in(Path folder) throws IOException {
    Path roberta = Files.createDirectory(folder.resolve("roberta-checkpoint"));
    Files.copy(TOKENIZER.resolve("tokenizer.json"), roberta.resolve("tokenizer.json"));
    Path wavlm = Files.createDirectory(folder.resolve("wavlm-checkpoint"));
    return new TinySetup(
        corpus(folder),
        encoder(wavlm, WAVLM, folder.resolve("wavlm")),
        encoder(roberta, ROBERTA, folder.resolve("roberta")));
  }

  private static Path encoder(Path checkpoint, String config, Path target) throws IOException {
    Files.writeString(checkpoint.resolve("config.json"), config);
    RandomCheckpoint.write(checkpoint, 3);
    EncoderConversion.convert(checkpoint, target, PaddingInNorm.IGNORED);
    return target;
  }

  /**
   * Clips of 0.2 to 0.6 s whose pitch and words tell the label; in the validation split they tell
   * the wrong one, so that the last epoch is not the best.
   */
  private static Path corpus(Path folder) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < UTTERANCES; i++) {
      Split split = i < VALIDATION ? Split.TRAIN : i < TEST ? Split.VALIDATION : Split.TEST;
      int kind = i % LABELS.size();
      // No multiple of the 800 frames a second: the first layer would see the same in each frame,
      // and its norm would make much of rounding errors.
      wav(folder.resolve(i + ".wav"), 211 + 307 * kind, 3200 + 423 * i);
      lines.append(
          """
          {"id": "u%d", "audio": "%d.wav", "text": "%s", "label": "%s", "speaker": "%s-%d",\
           "split": "%s"}
          """
              .formatted(
                  i,
                  i,
                  "so ".repeat(i % 4) + LABELS.get(kind),
                  LABELS.get((split == Split.VALIDATION ? kind + 1 : kind) % LABELS.size()),
                  split.word(),
                  i % 2,
                  split.word()));
    }
    return Files.writeString(folder.resolve("corpus.jsonl"), lines);
  }

  private static void wav(Path file, double hertz, int samples) throws IOException {
    float[] sine = SoundFiles.sine(hertz, Waveform.SAMPLE_RATE, samples);
    byte[] data = SoundFiles.littleEndian(sine);
    Files.write(file, SoundFiles.wav(SoundFiles.FLOAT, 1, Waveform.SAMPLE_RATE, Float.SIZE, data));
  }

  /** Three epochs of three steps, with everything that a run can have. */
  RunConfig config() {
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
  RunConfig config(Marginals marginals, MineEstimator estimator) {
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
  RunConfig config(SpeakerConfig speaker) {
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
  RunConfig config(OptimizationConfig training) {
    RunConfig all = config();
    return new RunConfig(
        all.data(), all.audio(), all.text(), all.head(), training, all.cache(), all.compute());
  }

  /** The same run, but for the speech encoder. */
  RunConfig config(AudioConfig audio) {
    RunConfig all = config();
    return new RunConfig(
        all.data(), audio, all.text(), all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run, but for its precision. */
  RunConfig config(Precision precision) {
    RunConfig all = config();
    ComputeConfig compute =
        new ComputeConfig(new Device("cpu"), Optional.of(precision), Optional.empty());
    return new RunConfig(
        all.data(), all.audio(), all.text(), all.head(), all.training(), all.cache(), compute);
  }

  /** The same run, but for what is stored of the frozen part. */
  RunConfig config(States states) {
    RunConfig all = config();
    CacheConfig cache = new CacheConfig(states, all.cache().folder());
    return new RunConfig(
        all.data(), all.audio(), all.text(), all.head(), all.training(), cache, all.compute());
  }

  /** The same run on another corpus. */
  RunConfig config(Path corpus, List<String> labels) {
    RunConfig all = config();
    DataConfig data =
        new DataConfig(Optional.of(corpus), labels, 0.5, SplitConfig.none(), SplitConfig.none());
    return new RunConfig(
        data, all.audio(), all.text(), all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run of a model that only hears. */
  RunConfig audioOnly() {
    RunConfig all = config();
    TextConfig none = TextConfig.transcripts(Optional.empty());
    return new RunConfig(
        all.data(), all.audio(), none, all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run, but for the words. */
  RunConfig config(TextSource source, Optional<Path> recognizer) {
    RunConfig all = config();
    TextConfig text = new TextConfig(all.text().encoder(), source, recognizer);
    return new RunConfig(
        all.data(), all.audio(), text, all.head(), all.training(), all.cache(), all.compute());
  }

  /** The same run of a model that only reads. */
  RunConfig textOnly() {
    return config(new AudioConfig(Optional.empty(), Adaptation.LORA, LoraConfig.defaults()));
  }

  /** Takes no notice of how far a run is. */
  static void unwatched(TrainingProgress progress) {}
}
