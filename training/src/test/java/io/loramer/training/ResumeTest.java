package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.model.information.Marginals;
import io.loramer.model.information.MineEstimator;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.testing.CtcFixture;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfig.Adaptation;
import io.loramer.training.config.RunConfig.AudioConfig;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.testing.RunFiles;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ResumeTest {
  @TempDir private static Path shared;
  private static TinySetup tiny;

  @TempDir private Path folder;

  @BeforeAll
  static void convert() throws IOException {
    tiny = TinySetup.in(shared);
  }

  /** Broken off before the first checkpoint, in a later epoch, and at the end. */
  @ParameterizedTest
  @ValueSource(strings = {"epoch 1/3", "epoch 3/3", "test split"})
  void resumedRunEndsAsTheUnbrokenOne(String phase) throws IOException {
    Path run = folder.resolve("run");
    assertThrows(BrokenOff.class, () -> Trainer.start(tiny.config(), run, breakingOffIn(phase)));
    leaveBehindWhatAKillWould(run);

    Trainer.resume(run, TinyCorpus::unwatched);

    RunFiles.assertSameResults(unbroken(), run);
    assertEquals(RunFiles.files(unbroken()), RunFiles.files(run));
  }

  /** The moving average of the estimator is restored. */
  @Test
  void estimatorWithAMemoryIsResumed() throws IOException {
    RunConfig config = tiny.estimating(Marginals.ALL_PAIRS, MineEstimator.DV_MOVING_AVERAGE);
    Path whole = folder.resolve("whole");
    Trainer.start(config, whole, TinyCorpus::unwatched);
    Path run = brokenOff(config);
    Trainer.resume(run, TinyCorpus::unwatched);
    RunFiles.assertSameResults(whole, run);
  }

  @Test
  void runOfAModelWithoutMutualInformationIsResumed() throws IOException {
    Path run = brokenOff(tiny.textOnly());
    RunMetrics metrics = Trainer.resume(run, TinyCorpus::unwatched);
    assertEquals(3, metrics.epochs().size());
    assertEquals(metrics, new RunFolder(run).readMetrics());
  }

  /** Such a run, resumed with the right splits, would have been trained on its test split. */
  @Test
  void runOfAnEarlierVersionThatTrainedOnMarkedTestIsNotResumed() throws IOException {
    RunConfig config = tiny.config();
    SplitConfig named = new SplitConfig(List.of("validation-0"), List.of());
    Path run = brokenOff(config.withData(config.data().withSplits(named, SplitConfig.none())));
    Files.delete(run.resolve("training_clips.bin"));
    assertRefused(
        run,
        run
            + ": an earlier version began this run, and trained it on utterances that the manifest"
            + " marks test; start a new run");
  }

  @Test
  void runOfAnEarlierVersionGetsTheClipsOfItsTraining() throws IOException {
    Path run = brokenOff(tiny.textOnly());
    byte[] clips = Files.readAllBytes(run.resolve("training_clips.bin"));
    assertEquals(7 * Long.BYTES, clips.length);
    Files.delete(run.resolve("training_clips.bin"));
    Trainer.resume(run, TinyCorpus::unwatched);
    assertArrayEquals(clips, Files.readAllBytes(run.resolve("training_clips.bin")));
  }

  @Test
  void runThatAnotherProcessTrainsIsNotResumed() throws IOException {
    Path run = folder.resolve("run");
    String refusal = run + ": another process works on this run; wait until it ends, or end it";
    Consumer<Progress> meddling =
        progress -> {
          if (progress.phase().equals("epoch 2/3") && progress.done() == 1) {
            assertRefused(run, refusal);
          }
        };
    Trainer.start(tiny.config(), run, meddling);
    assertEquals(RunFiles.files(unbroken()), RunFiles.files(run));
  }

  @Test
  void endedRunIsNotResumed() throws IOException {
    assertRefused(unbroken(), unbroken() + ": the run has ended; its results are in metrics.json");
  }

  @Test
  void folderThatIsNoRunIsNotResumed() {
    assertRefused(
        folder, folder + ": not a run: it has no config.yaml; `lora-mer train` makes one");
  }

  @Test
  void runWhoseCorpusHasChangedIsNotResumed() throws IOException {
    Path corpus = tiny.manifest().resolveSibling("changing.jsonl");
    Files.copy(tiny.manifest(), corpus);
    Path run = brokenOff(tiny.on(corpus));
    Files.writeString(corpus, Files.readString(corpus).replace("so so", "so"));
    assertRefused(
        run, corpus + " has changed since the run began; put the old file back or start a new run");
  }

  @Test
  void runWhoseEncoderHasChangedIsNotResumed() throws IOException {
    Path encoder = folder.resolve("wavlm");
    TestFiles.copy(tiny.speechEncoder(), encoder);
    AudioConfig audio =
        new AudioConfig(Optional.of(encoder), Adaptation.FROZEN, tiny.config().audio().lora());
    Path run = brokenOff(tiny.config().withAudio(audio));
    Path variables = encoder.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(variables);
    bytes[bytes.length / 2] ^= 1;
    Files.write(variables, bytes);
    assertRefused(
        run,
        encoder + " has changed since the run began; put the old encoder back or start a new run");
  }

  @Test
  void runWhoseRecogniserHasChangedIsNotResumed() throws IOException {
    Path recognizer = CtcFixture.convert(folder);
    Path run = brokenOff(tiny.worded(TextSource.ASR, Optional.of(recognizer)));
    Path graph = recognizer.resolve("saved_model.pb");
    Files.write(graph, new byte[] {0x0a, 0}, StandardOpenOption.APPEND);
    assertRefused(
        run,
        recognizer
            + " has changed since the run began; put the old encoder back or start a new run");
  }

  private static void assertRefused(Path run, String message) {
    IOException e =
        assertThrows(IOException.class, () -> Trainer.resume(run, TinyCorpus::unwatched));
    assertEquals(message, e.getMessage());
  }

  /** Returns a run that was not broken off. */
  private static synchronized Path unbroken() throws IOException {
    Path run = shared.resolve("run");
    if (Files.notExists(run)) {
      Trainer.start(tiny.config(), run, TinyCorpus::unwatched);
    }
    return run;
  }

  /** Returns a run that was broken off in its second epoch. */
  private Path brokenOff(RunConfig config) {
    Path run = folder.resolve("run");
    assertThrows(BrokenOff.class, () -> Trainer.start(config, run, breakingOffIn("epoch 2/3")));
    return run;
  }

  /** Thrown by a test at the point where a user would kill the process. */
  private static final class BrokenOff extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Throws in the middle of a phase. */
  private static Consumer<Progress> breakingOffIn(String phase) {
    return progress -> {
      if (progress.phase().equals(phase) && progress.done() > 1) {
        throw new BrokenOff();
      }
    };
  }

  private static void leaveBehindWhatAKillWould(Path run) throws IOException {
    for (String name : List.of("checkpoints/.epoch-2.8ba4", ".model.new", "..model.new.17c2")) {
      Path unfinished = Files.createDirectories(run.resolve(name));
      Files.writeString(unfinished.resolve("variables.index"), "cut sh");
    }
    Files.writeString(run.resolve(".metrics.json.unfinished"), "{\"best_ep");
    Files.createFile(run.resolve("lock"));
  }
}
