package io.loramer.training;

import io.loramer.model.Modality;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.encoders.SpeechInput;
import io.loramer.savedmodels.encoders.TextInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * What a run needs before its first step, read and checked: encoders, tokenizer, corpus.
 *
 * @param config with the labels that are in use
 */
record TrainingSetup(
    RunConfig config,
    Map<Modality, SavedModelFolder> encoders,
    CorpusSplits corpus,
    Batches batches,
    int croppedClips)
    implements AutoCloseable {

  private static final Logger LOG = LogManager.getLogger(TrainingSetup.class);

  /** Fewest samples where nothing hears: a clip is then not looked at by the model. */
  private static final int NO_ENCODER_MINIMUM = 1;

  /**
   * Reads and checks.
   *
   * @throws IOException with all that is wrong with what is read first; the corpus comes last
   */
  static TrainingSetup of(RunConfig config, Consumer<TrainingProgress> progress)
      throws IOException {
    Map<Modality, SavedModelFolder> encoders = openEncoders(config);
    Path manifestFile =
        config
            .data()
            .manifest()
            .orElseThrow(() -> new IOException("data.manifest is missing: name the corpus"));
    Manifest manifest = Manifest.read(manifestFile);
    CorpusSplits corpus = CorpusSplits.of(manifest, config.data());
    warnOfSharedSpeakers(corpus);
    int maxSamples = config.data().maxSamples();
    int minSamples =
        encoders.containsKey(Modality.AUDIO)
            ? SpeechInput.of(encoders.get(Modality.AUDIO)).minimumSamples()
            : NO_ENCODER_MINIMUM;
    Set<String> labels = new HashSet<>(corpus.labels());
    boolean reads = encoders.containsKey(Modality.TEXT);
    int total = manifest.utterances().size();
    CorpusCheck.Lengths lengths =
        new CorpusCheck(labels, minSamples, maxSamples, reads)
            .run(
                manifest,
                Batches::decodeWhole,
                done -> progress.accept(new TrainingProgress("checking audio", done, total, "")));
    if (lengths.cropped() > 0) {
      LOG.warn(
          "{} of {} clips are longer than {} s and are cropped to it",
          lengths.cropped(),
          total,
          config.data().maxDurationSeconds());
    }
    Batches batches = batches(encoders, corpus, maxSamples);
    RunConfig resolved = config.withLabels(corpus.labels());
    return new TrainingSetup(resolved, encoders, corpus, batches, lengths.cropped());
  }

  @Override
  public void close() {
    batches.tokenizer().ifPresent(Tokenizer::close);
  }

  private static Batches batches(
      Map<Modality, SavedModelFolder> encoders, CorpusSplits corpus, int maxSamples)
      throws IOException {
    boolean hears = encoders.containsKey(Modality.AUDIO);
    if (!encoders.containsKey(Modality.TEXT)) {
      return new Batches(corpus.labels(), hears, Optional.empty(), 0, maxSamples);
    }
    SavedModelFolder text = encoders.get(Modality.TEXT);
    TextInput input = TextInput.of(text);
    Tokenizer tokenizer = Tokenizer.load(text.asset("tokenizer.json"), input.maxTokens());
    return new Batches(corpus.labels(), hears, Optional.of(tokenizer), input.padId(), maxSamples);
  }

  static Map<Modality, SavedModelFolder> openEncoders(RunConfig config) throws IOException {
    Map<Modality, SavedModelFolder> encoders = new EnumMap<>(Modality.class);
    if (config.audio().encoder().isPresent()) {
      encoders.put(Modality.AUDIO, SavedModelFolder.open(config.audio().encoder().get()));
    }
    if (config.text().encoder().isPresent()) {
      SavedModelFolder text = SavedModelFolder.open(config.text().encoder().get());
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
