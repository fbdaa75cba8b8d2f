package io.loramer.training;

import io.loramer.model.Frontier;
import io.loramer.model.head.Modality;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.batches.Batches;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.ManifestReader;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.recognition.words.TextChoice;
import io.loramer.training.config.CacheConfig;
import io.loramer.training.config.ResolvedRunConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.features.ContentHash;
import io.loramer.training.features.CorpusSplits;
import io.loramer.training.features.DecodedClips;
import io.loramer.training.features.PreparedCorpus;
import io.loramer.training.features.RunEncoders;
import io.loramer.training.features.UtteranceContent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The result of the checks before a run: encoders, corpus and a configuration with nothing open.
 * The parts of the run are built from it; none of them keeps it.
 *
 * @param frontiers where the frozen part of each encoder ends
 */
record TrainingSetup(
    ResolvedRunConfig config,
    RunEncoders encoders,
    Map<Modality, Frontier> frontiers,
    PreparedCorpus corpus)
    implements AutoCloseable {

  private static final Logger LOG = LogManager.getLogger(TrainingSetup.class);

  /**
   * Reads and checks everything that a run needs before its first step.
   *
   * @throws IOException if the environment, an encoder or the manifest cannot be used, or with all
   *     problems of the corpus, which is checked last
   */
  static TrainingSetup of(RunConfig config, Consumer<Progress> progress) throws IOException {
    int kept = config.data().maxSamples();
    return of(config, clip -> clip.scan(kept), progress);
  }

  /**
   * As {@link #of(RunConfig, Consumer)}.
   *
   * @param decoder decodes clips, and keeps the samples that the model is given
   */
  static TrainingSetup of(
      RunConfig config, CorpusCheck.Decoder decoder, Consumer<Progress> progress)
      throws IOException {
    OneDnnFrozenWeights.requireNotAssumed(System.getenv());
    config.compute().device().requireVisible();
    RunEncoders encoders = RunEncoders.open(config.audio(), config.text());
    Path file =
        config
            .data()
            .manifest()
            .orElseThrow(() -> new IOException("data.manifest is missing: name the corpus"));
    CorpusCheck check = corpusCheck(config, encoders);
    Map<Modality, Frontier> frontiers = encoders.frontiers(config);
    Manifest manifest = read(file, check, progress);
    requireUsableSplits(manifest, config);
    PreparedCorpus corpus = prepare(manifest, check, encoders, config, decoder, progress);
    ResolvedRunConfig resolved =
        config.resolve(
            corpus.splits().labels(),
            List.copyOf(corpus.splits().trainingSpeakers()),
            speechWidth(frontiers));
    TrainingSetup setup = new TrainingSetup(resolved, encoders, frontiers, corpus);
    frontiers.values().stream().filter(Frontier::isInput).forEach(setup::warnOfRepeatedWork);
    return setup;
  }

  /** Returns the hidden size of a speech encoder that begins beyond its first layers, else 0. */
  private static int speechWidth(Map<Modality, Frontier> frontiers) {
    Frontier speech = frontiers.get(Modality.AUDIO);
    return speech == null || speech.isInput() ? 0 : speech.size().hiddenSize();
  }

  private void warnOfRepeatedWork(Frontier frontier) {
    long samples = corpus.splits().all().stream().mapToLong(corpus::length).sum();
    LOG.warn(
        "{}: its graph, by Hugging Face's TF classes, cannot be cut before LoRA. Nothing is cached:"
            + " the whole encoder, convolutions included, computes {} minutes of sound in each of"
            + " up to {} epochs (a step of a base-sized encoder takes about a quarter longer), and"
            + " its layers have no dropout. `lora-mer convert` of the PyTorch checkpoint avoids both",
        frontier.encoder().folder().path(),
        String.format(Locale.ROOT, "%.1f", samples / 60.0 / Waveform.SAMPLE_RATE),
        config.training().epochs());
  }

  /**
   * Returns the check that each utterance of the corpus has to pass.
   *
   * @throws IOException if clips may not be as long as one frame of an encoder
   */
  static CorpusCheck corpusCheck(RunConfig config, RunEncoders encoders) throws IOException {
    int maxSamples = config.data().maxSamples();
    TextChoice words = config.text().choice();
    int minSamples = Math.max(encoders.minimumSamples(), words.minimumSamples());
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

  /** Reads the manifest; if a line is wrong, the clips of the others are checked as well. */
  private static Manifest read(Path file, CorpusCheck check, Consumer<Progress> progress)
      throws IOException {
    ManifestReader.Lines lines = new ManifestReader(file).read();
    if (!lines.problems().isEmpty()) {
      throw check.problems(lines, clip -> clip.scan(0), checking(lines.valid(), progress));
    }
    lines.warnings().forEach(warning -> LOG.warn("{}: {}", file, warning));
    return lines.valid();
  }

  private static IntConsumer checking(Manifest manifest, Consumer<Progress> progress) {
    int total = manifest.utterances().size();
    return done -> progress.accept(new Progress("checking audio", done, total, ""));
  }

  /** Checks the division into splits, which takes no decoding. */
  private static void requireUsableSplits(Manifest manifest, RunConfig config) throws IOException {
    CorpusSplits splits = CorpusSplits.of(manifest, config.data());
    Set<String> trained = splits.trainingSpeakers();
    List<String> absent =
        config.head().speaker().known().stream()
            .filter(speaker -> !trained.contains(speaker))
            .toList();
    if (!absent.isEmpty()) {
      throw new IOException(
          "head.speaker.known: expected some of those trained on, %s, found %s"
              .formatted(trained, absent));
    }
    Set<String> shared = splits.trainingSpeakersInOtherSplits();
    if (!shared.isEmpty()) {
      LOG.warn(
          "speakers {} are in the training split and in another one: the results are"
              + " speaker-dependent",
          shared);
    }
  }

  /** Decodes and checks all clips, recognises missing words, and hashes the encoders' inputs. */
  private static PreparedCorpus prepare(
      Manifest manifest,
      CorpusCheck check,
      RunEncoders encoders,
      RunConfig config,
      CorpusCheck.Decoder decoder,
      Consumer<Progress> progress)
      throws IOException {
    TextChoice words = config.text().choice();
    boolean stored = encoders.usesAudio() && config.cache().states() != CacheConfig.States.NONE;
    boolean neededAgain = stored || words.recognizer().isPresent();
    DecodedClips clips =
        new DecodedClips(decoder, check.maxSamples(), neededAgain ? DecodedClips.heapLimit() : 0);
    CorpusCheck.Lengths lengths = check.run(manifest, clips::decode, checking(manifest, progress));
    manifest.endsBehindFiles(lengths.samples()).ifPresent(LOG::warn);
    if (lengths.cropped() > 0) {
      LOG.warn(
          "{} of {} clips are longer than {} s and are cropped to it",
          lengths.cropped(),
          manifest.utterances().size(),
          config.data().maxDurationSeconds());
    }
    if (encoders.usesAudio()) {
      lengths.silence().ifPresent(LOG::warn);
    }
    Manifest worded = words.complete(manifest, clips::open, config.compute().device(), progress);
    Batches batches = encoders.batches(check.maxSamples());
    PreparedCorpus corpus =
        new PreparedCorpus(
            CorpusSplits.of(worded, config.data()),
            batches,
            clips,
            contents(worded.utterances(), lengths, clips, batches),
            lengths.cropped());
    corpus.equalClips().ifPresent(LOG::warn);
    return corpus;
  }

  private static Map<String, UtteranceContent> contents(
      List<Utterance> utterances,
      CorpusCheck.Lengths lengths,
      DecodedClips clips,
      Batches batches) {
    Map<String, UtteranceContent> contents = new HashMap<>();
    for (int i = 0; i < utterances.size(); i++) {
      Utterance utterance = utterances.get(i);
      int samples = Math.min(lengths.samples().get(i), batches.maxSamples());
      int[] ids =
          batches.tokenizer().isPresent()
              ? batches.tokenizer().get().encode(utterance.text().orElseThrow())
              : new int[0];
      ContentHash speech = clips.hash(utterance.clip());
      contents.put(
          utterance.id(), new UtteranceContent(samples, speech, ids.length, ContentHash.of(ids)));
    }
    return contents;
  }

  /** Returns the number of batches of the training split. */
  int stepsPerEpoch() {
    return corpus.stepsPerEpoch(config.training().batchSize());
  }

  /** Returns the steps of a run that patience does not stop. */
  long totalSteps() {
    return (long) config.training().epochs() * stepsPerEpoch();
  }

  @Override
  public void close() {
    corpus.close();
  }
}
