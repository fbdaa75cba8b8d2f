package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.testing.CtcFixture;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.training.config.CacheConfig;
import io.loramer.training.config.CacheConfig.States;
import io.loramer.training.config.RunConfig;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.Provenance;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSetupTest {
  /** Of the corpus, of which {@link #CROPPED} are longer than the limit. */
  private static final int CLIPS = 16;

  private static final int CROPPED = 4;

  @TempDir private static Path shared;
  private static TinySetup tiny;

  @TempDir private Path folder;

  @BeforeAll
  static void convert() throws IOException {
    tiny = TinySetup.in(shared);
  }

  @Test
  void eachClipIsDecodedOnceForTheCheckAndTheStore() throws IOException {
    assertEquals(CLIPS, decodesUntilTheFirstStep(stored(tiny.config(), States.FLOAT32)));
  }

  /** The recogniser is given the whole of a clip, so those that are cropped are decoded again. */
  @Test
  void recogniserTakesTheSamplesOfTheCheck() throws IOException {
    Path recognizer = CtcFixture.convert(folder);
    RunConfig config = tiny.worded(TextSource.ASR, Optional.of(recognizer));
    assertEquals(CLIPS, decodesUntilTheFirstStep(stored(config, States.FLOAT32)));
  }

  @Test
  void equalClipsOfDifferentSplitsAreNamed() throws IOException {
    Path copies = tiny.manifest().resolveSibling("copies.jsonl");
    Files.copy(shared.resolve("0.wav"), shared.resolve("copy.wav"));
    Files.writeString(
        copies,
        Files.readString(tiny.manifest())
            .replace("12.wav", "copy.wav")
            .replace("\"1.wav", "\"copy.wav")
            .replace("8.wav", "9.wav"));
    try (TrainingSetup setup = TrainingSetup.of(tiny.on(copies), TinyCorpus::unwatched)) {
      assertEquals(
          Optional.of(
              "1 clip has the same samples as a clip of another split, so the measures are too"
                  + " good: u0 (train) and u12 (test)"),
          setup.corpus().equalClips());
    }
    try (TrainingSetup setup = TrainingSetup.of(tiny.config(), TinyCorpus::unwatched)) {
      assertEquals(Optional.empty(), setup.corpus().equalClips());
    }
  }

  private RunConfig stored(RunConfig config, States states) {
    return config.withCache(new CacheConfig(states, Optional.of(folder.resolve("cache"))));
  }

  /**
   * Returns the number of decoded clips. The file of a clip that is not cropped is hidden once it
   * is decoded, so that it cannot be decoded again.
   */
  private static int decodesUntilTheFirstStep(RunConfig config) throws IOException {
    int kept = config.data().maxSamples();
    Queue<Path> hidden = new ConcurrentLinkedQueue<>();
    AtomicInteger decodes = new AtomicInteger();
    CorpusCheck.Decoder counting =
        clip -> {
          AudioScan scan = clip.scan(kept);
          if (scan.samples() < kept) {
            hidden.add(clip.file());
            Files.move(clip.file(), hidden(clip.file()));
          }
          decodes.incrementAndGet();
          return scan;
        };
    try (TrainingSetup setup = TrainingSetup.of(config, counting, TinyCorpus::unwatched)) {
      Provenance provenance = Provenance.of(config, setup.encoders().folders());
      TrainingInputs.prepare(
              setup.corpus(),
              setup.config(),
              setup.frontiers(),
              provenance.encoderHashes(),
              TinyCorpus::unwatched)
          .close();
    } finally {
      for (Path file : hidden) {
        Files.move(hidden(file), file);
      }
    }
    assertTrue(hidden.size() >= CLIPS - CROPPED);
    return decodes.get();
  }

  private static Path hidden(Path file) {
    return file.resolveSibling(file.getFileName() + ".hidden");
  }
}
