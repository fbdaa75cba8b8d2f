package io.loramer.training;

import io.loramer.model.Frontier;
import io.loramer.model.head.Modality;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.ManifestReader;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.recognition.words.TextChoice;
import io.loramer.recognition.words.Tokenizer;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.encoders.TextInput;
import io.loramer.savedmodels.lora.LoraConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.features.ContentHash;
import io.loramer.training.features.CorpusSplits;
import io.loramer.training.features.PreparedCorpus;
import io.loramer.training.features.UtteranceContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What a run needs before its first step, read and checked: encoders, tokenizer, corpus.
 *
 * @param config with the labels that are in use, and the speakers that the head knows, if any
 * @param frontiers where the frozen part of each encoder ends
 */
public record TrainingSetup(
    RunConfig config,
    Map<Modality, SavedModelFolder> encoders,
    Map<Modality, Frontier> frontiers,
    PreparedCorpus corpus)
    implements AutoCloseable {

  private static final Logger LOG = LogManager.getLogger(TrainingSetup.class);

  /** Fewest samples where nothing hears: a clip is then not looked at by the model. */
  private static final int NO_ENCODER_MINIMUM = 1;

  /**
   * Reads and checks.
   *
   * @throws IOException with all that is wrong with what is read first; the corpus comes last
   */
  static TrainingSetup of(RunConfig config, Consumer<Progress> progress) throws IOException {
    OneDnnFrozenWeights.requireNotAssumed(System.getenv());
    config.compute().device().requireVisible();
    Map<Modality, SavedModelFolder> encoders = openEncoders(config);
    Path manifestFile =
        config
            .data()
            .manifest()
            .orElseThrow(() -> new IOException("data.manifest is missing: name the corpus"));
    CorpusCheck check = corpusCheck(config, encoders);
    Map<Modality, Frontier> frontiers = frontiers(config, encoders);
    ManifestReader.Lines lines = new ManifestReader(manifestFile).read();
    int total = lines.valid().utterances().size();
    IntConsumer checked = done -> progress.accept(new Progress("checking audio", done, total, ""));
    if (!lines.problems().isEmpty()) {
      throw check.problems(lines, Utterance.Clip::read, checked);
    }
    // Refuses before the clips are looked at.
    CorpusSplits divided = CorpusSplits.of(lines.valid(), config.data());
    requireTrained(config.head().speaker().known(), divided);
    warnOfSharedSpeakers(divided);
    Map<Utterance.Clip, ContentHash> heard = new ConcurrentHashMap<>();
    int maxSamples = config.data().maxSamples();
    CorpusCheck.Decoder hashing =
        clip -> {
          Waveform waveform = clip.read();
          float[] samples = waveform.samples();
          heard.put(clip, ContentHash.of(samples, Math.min(samples.length, maxSamples)));
          return waveform;
        };
    CorpusCheck.Lengths lengths = check.run(lines.valid(), hashing, checked);
    if (lengths.cropped() > 0) {
      LOG.warn(
          "{} of {} clips are longer than {} s and are cropped to it",
          lengths.cropped(),
          total,
          config.data().maxDurationSeconds());
    }
    Manifest manifest =
        config.text().choice().complete(lines.valid(), config.compute().device(), progress);
    CorpusSplits corpus = CorpusSplits.of(manifest, config.data());
    Batches batches = batches(encoders, maxSamples);
    Map<String, UtteranceContent> contents = new HashMap<>();
    for (int i = 0; i < total; i++) {
      Utterance utterance = manifest.utterances().get(i);
      int samples = Math.min(lengths.samples().get(i), maxSamples);
      contents.put(utterance.id(), content(utterance, samples, heard, batches));
    }
    RunConfig resolved =
        config.withLabels(corpus.labels()).computed(config.compute().resolved(width(frontiers)));
    if (config.lacksSpeakers()) {
      resolved = resolved.withSpeakers(List.copyOf(corpus.trainingSpeakers()));
    }
    return new TrainingSetup(
        resolved,
        encoders,
        frontiers,
        new PreparedCorpus(corpus, batches, contents, lengths.cropped()));
  }

  private static int width(Map<Modality, Frontier> frontiers) {
    return frontiers.containsKey(Modality.AUDIO)
        ? frontiers.get(Modality.AUDIO).size().hiddenSize()
        : 0;
  }

  private static UtteranceContent content(
      Utterance utterance, int samples, Map<Utterance.Clip, ContentHash> heard, Batches batches) {
    int[] ids =
        batches.tokenizer().isPresent()
            ? batches.tokenizer().get().encode(utterance.text().orElseThrow())
            : new int[0];
    return new UtteranceContent(
        samples, heard.get(utterance.clip()), ids.length, ContentHash.of(ids));
  }

  /**
   * Returns where the frozen part of each encoder ends.
   *
   * @throws IOException if one cannot be used as an encoder
   * @throws IllegalArgumentException if LoRA or the head does not fit one
   */
  static Map<Modality, Frontier> frontiers(
      RunConfig config, Map<Modality, SavedModelFolder> encoders) throws IOException {
    Map<Modality, Frontier> frontiers = new EnumMap<>(Modality.class);
    for (var encoder : encoders.entrySet()) {
      Modality modality = encoder.getKey();
      Optional<LoraConfig> lora =
          modality == Modality.AUDIO ? config.audio().activeLora() : Optional.empty();
      frontiers.put(
          modality,
          Frontier.of(
              modality,
              encoder.getValue(),
              lora,
              config.head().layers(),
              config.cache().storage()));
    }
    return frontiers;
  }

  /** Returns how many batches the training split makes. */
  int stepsPerEpoch() {
    return Buckets.inOrder(corpus.splits().of(Split.TRAIN), config.training().batchSize()).size();
  }

  static CorpusCheck corpusCheck(RunConfig config, Map<Modality, SavedModelFolder> encoders)
      throws IOException {
    int maxSamples = config.data().maxSamples();
    int minSamples = NO_ENCODER_MINIMUM;
    if (encoders.containsKey(Modality.AUDIO)) {
      minSamples = SpeechInput.of(encoders.get(Modality.AUDIO)).minimumSamples();
    }
    TextChoice words = config.text().choice();
    minSamples = Math.max(minSamples, words.minimumSamples());
    if (maxSamples < minSamples) {
      throw new IOException(
          "data.max_duration_seconds: expected at least one frame of the encoder, %d samples at 16"
                  .formatted(minSamples)
              + " kHz, found "
              + maxSamples);
    }
    Set<String> labels = Set.copyOf(config.data().labels());
    return new CorpusCheck(labels, minSamples, maxSamples, words.needed());
  }

  @Override
  public void close() {
    corpus.close();
  }

  private static Batches batches(Map<Modality, SavedModelFolder> encoders, int maxSamples)
      throws IOException {
    boolean usesAudio = encoders.containsKey(Modality.AUDIO);
    if (!encoders.containsKey(Modality.TEXT)) {
      return new Batches(usesAudio, Optional.empty(), 0, maxSamples);
    }
    SavedModelFolder text = encoders.get(Modality.TEXT);
    TextInput input = TextInput.of(text);
    Tokenizer tokenizer = Tokenizer.load(text.asset("tokenizer.json"), input.maxTokens());
    return new Batches(usesAudio, Optional.of(tokenizer), input.padId(), maxSamples);
  }

  public static Map<Modality, SavedModelFolder> openEncoders(RunConfig config) throws IOException {
    Map<Modality, SavedModelFolder> encoders = new EnumMap<>(Modality.class);
    if (config.audio().encoder().isPresent()) {
      encoders.put(Modality.AUDIO, SavedModelFolder.open(config.audio().encoder().get()));
    }
    if (config.text().activeEncoder().isPresent()) {
      SavedModelFolder text = SavedModelFolder.open(config.text().activeEncoder().get());
      Path tokenizer = text.asset("tokenizer.json");
      if (!Files.isRegularFile(tokenizer)) {
        throw new IOException(
            tokenizer
                + ": no such file; convert the text encoder from a checkpoint that has its"
                + " tokenizer.json");
      }
      encoders.put(Modality.TEXT, text);
    }
    if (encoders.isEmpty()) {
      throw new IOException(
          "neither audio.encoder nor text.encoder is given: name at least one encoder SavedModel;"
              + " `lora-mer convert` makes them");
    }
    return encoders;
  }

  private static void requireTrained(List<String> known, CorpusSplits corpus) throws IOException {
    Set<String> trained = corpus.trainingSpeakers();
    List<String> absent = known.stream().filter(speaker -> !trained.contains(speaker)).toList();
    if (!absent.isEmpty()) {
      throw new IOException(
          "head.speaker.known: expected some of those trained on, %s, found %s"
              .formatted(trained, absent));
    }
  }

  private static void warnOfSharedSpeakers(CorpusSplits corpus) {
    Set<String> shared = corpus.speakersHeardInTraining();
    if (!shared.isEmpty()) {
      LOG.warn(
          "speakers {} are in the training split and in another one: the results are"
              + " speaker-dependent",
          shared);
    }
  }
}
