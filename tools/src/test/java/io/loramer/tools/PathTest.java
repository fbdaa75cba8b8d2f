package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.recognition.testing.TestFiles;
import io.loramer.savedmodels.encoders.EncoderConversion;
import io.loramer.savedmodels.encoders.PaddingInNorm;
import io.loramer.savedmodels.files.Json;
import io.loramer.tools.testing.CommandLineRun;
import io.loramer.training.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of the demo as single commands, on tiny encoders. */
@Tag("slow")
class PathTest {
  private static final String TABLE =
      """
      split       utterances     UA     WA  macro-F1
      validation           2  0\\.\\d{3}  0\\.\\d{3}     0\\.\\d{3}
      test                 1  [01]\\.\\d{3}  [01]\\.\\d{3}     0\\.\\d{3}
      best epoch 1
      """;

  private static final Path CTC =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures/audio/wav2vec2-ctc");

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static CommandLineRun trained;

  @BeforeAll
  static void trainAndExport() throws IOException {
    tiny = TinyRun.in(folder);
    trained =
        CommandLineRun.of("train", "--config", tiny.path("run.yaml"), "--run", tiny.path("run"));
    assertEquals(0, trained.exitCode(), trained.err());
    CommandLineRun exported =
        CommandLineRun.of("export", "--run", tiny.path("run"), "--out", tiny.path("model"));
    assertEquals(new CommandLineRun(0, tiny.path("model/1") + "\n", ""), exported);
  }

  @Test
  void trainPrintsItsResultsAndNothingElse() {
    assertEquals("", trained.err());
    assertTrue(trained.out().matches(TABLE), trained.out());
  }

  @Test
  void overridesComeAfterTheFile() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "train",
            "--config",
            tiny.path("run.yaml"),
            "--set",
            "training.epochs=0",
            "--set",
            "audio.adaptation=frozen",
            "--run",
            tiny.path("untrained"));
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().endsWith("best epoch 0\n"), run.out());
    String config = Files.readString(folder.resolve("untrained/config.yaml"));
    assertTrue(config.contains("epochs: 0\n"), config);
    assertTrue(config.contains("adaptation: \"frozen\"\n"), config);
  }

  @Test
  void finishedRunCannotBeResumed() {
    CommandLineRun run = CommandLineRun.of("train", "--resume", tiny.path("run"));
    assertEquals(
        new CommandLineRun(
            1,
            "",
            "lora-mer: "
                + tiny.path("run")
                + ": the run has ended; its results are in metrics.json\n"),
        run);
  }

  @Test
  void predictGivesATableOrALineOfJson() throws IOException {
    CommandLineRun table = predict("--text", "Oh");
    assertEquals(0, table.exitCode(), table.err());
    assertTrue(
        table.out().matches("(joy|fear) +0\\.\\d{3}\n(joy|fear) +0\\.\\d{3}\nfusion +audio .*\n"),
        table.out());

    CommandLineRun json = predict("--text", "Oh", "--json");
    assertEquals(1, json.out().lines().count());
    JsonNode read = Json.TREE.readTree(json.out());
    assertEquals(table.out().split(" ", 2)[0], read.get("label").asText());
    JsonNode probabilities = read.get("probabilities");
    assertEquals(
        1, probabilities.get("joy").asDouble() + probabilities.get("fear").asDouble(), 1e-6);
    assertEquals(2, read.get("fusion_weights").size());
  }

  @Test
  void evaluatePrintsTheConfusionMatrix() {
    CommandLineRun run =
        CommandLineRun.of(
            "evaluate",
            "--model",
            tiny.path("model"),
            "--manifest",
            tiny.path("corpus.jsonl"),
            "--split",
            "validation");
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("true "), run.out());
    assertTrue(run.out().contains("WA 0.500   UA 0.500"), run.out());
  }

  @Test
  void emptySplitIsRefused() throws IOException {
    Path corpus = folder.resolve("no-test.jsonl");
    Files.writeString(corpus, TinyRun.line("a", "0.wav", "Oh", "joy", "train"));
    CommandLineRun run =
        CommandLineRun.of(
            "evaluate",
            "--model",
            tiny.path("model"),
            "--manifest",
            corpus.toString(),
            "--split",
            "test");
    assertEquals(
        new CommandLineRun(1, "", "lora-mer: " + corpus + ": no utterance of split test\n"), run);
  }

  @Test
  void missingWordsAreRefusedIfTheModelNeedsThem() {
    CommandLineRun run =
        CommandLineRun.of("predict", "--model", tiny.path("model"), tiny.path("6.wav"));
    assertEquals(2, run.exitCode());
    assertEquals("", run.out());
    assertTrue(
        run.err().startsWith("Missing --text or --recognizer: this model needs the words."),
        run.err());
  }

  /** The server's tests check that these are the words of the recogniser. */
  @Test
  void missingWordsAreRecognised() throws IOException {
    Path recognizer = folder.resolve("ctc");
    EncoderConversion.convert(CTC, recognizer, PaddingInNorm.IGNORED);
    CommandLineRun run = predict("--recognizer", recognizer.toString(), "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode read = Json.TREE.readTree(run.out());
    assertEquals("asr", read.get("text_source").asText());
    CommandLineRun withText = predict("--text", read.get("text").asText(), "--json");
    assertEquals(
        read.at("/probabilities/joy").asDouble(),
        Json.TREE.readTree(withText.out()).at("/probabilities/joy").asDouble(),
        1e-5);
    String table = predict("--recognizer", recognizer.toString()).out();
    assertTrue(
        table.endsWith(
            String.format(
                Locale.ROOT,
                "words         %s (recognised, confidence %.2f)%n",
                read.get("text").asText(),
                read.get("text_confidence").asDouble())),
        table);
  }

  private static CommandLineRun predict(String... options) {
    List<String> args = new ArrayList<>(List.of("predict", "--model", tiny.path("model")));
    args.addAll(List.of(options));
    args.add(tiny.path("6.wav"));
    return CommandLineRun.of(args.toArray());
  }

  @Test
  void unusableClipsAreNamed() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.wav"), "not sound");
    Path tooShort = Files.write(folder.resolve("short.wav"), TinyRun.wav(new float[199]));
    assertPredictFails("model", tiny.path("gone.wav"), tiny.path("gone.wav") + ": does not exist");
    assertPredictFails(
        "model",
        broken.toString(),
        broken + ": is not audio (Invalid data found when processing input)");
    assertPredictFails(
        "model",
        tooShort.toString(),
        tooShort
            + ": expected at least 200 samples at 16 kHz, one frame of the encoder; found 199");
  }

  /** The clip has 20 s, of which the model takes the first 13, which are a constant. */
  @Test
  void predictAndEvaluateNameLongClipsAndClipsWithoutSound() throws IOException {
    float[] samples = new float[320_000];
    for (int t = 0; t < samples.length; t++) {
      samples[t] = t < 250_000 ? 0.25f : (float) Math.sin(0.1 * t) / 2;
    }
    Path late = Files.write(folder.resolve("late.wav"), TinyRun.wav(samples));
    Path none = Files.write(folder.resolve("none.wav"), TinyRun.wav(Arrays.copyOf(samples, 9000)));
    assertEquals(
        "lora-mer: %1$s is 20.0 s long; only the first 13.0 s are used%nlora-mer: %1$s is silent in"
                .formatted(late)
            + " the 13.0 s that are used\n",
        predictErrors(late));
    assertEquals(
        "lora-mer: " + none + " is silent, below -70 dBFS after the mean is taken off\n",
        predictErrors(none));

    String line =
        "{\"id\": \"%1$s\", \"audio\": \"%1$s.wav\", \"text\": \"Oh\", \"label\": \"joy\","
            + " \"speaker\": \"s\"}%n";
    Path manifest =
        Files.writeString(
            folder.resolve("late.jsonl"), line.formatted("late") + line.formatted("none"));
    String errors =
        CommandLineRun.of("evaluate", "--model", tiny.path("model"), "--manifest", manifest).err();
    assertEquals(2, errors.lines().count(), errors);
    assertTrue(errors.startsWith("lora-mer: 1 of 2 clips are longer than the 13.0 s that"), errors);
    assertTrue(errors.contains("lora-mer: 1 of 2 clips have no sound: " + none + ": is silent"));
  }

  private static String predictErrors(Path clip) {
    CommandLineRun run =
        CommandLineRun.of("predict", "--model", tiny.path("model"), clip, "--text", "Oh");
    assertEquals(0, run.exitCode(), run.err());
    return run.err();
  }

  @Test
  void foldersWithoutAModelAreNamed() {
    for (String notAModel : new String[] {"run", "wavlm", "gone"}) {
      assertPredictFails(
          notAModel,
          tiny.path("6.wav"),
          tiny.path(notAModel)
              + ": expected an exported emotion model, found no"
              + " assets/emotion_model.json; `lora-mer export` writes one from a run");
    }
  }

  private static void assertPredictFails(String model, String clip, String message) {
    assertEquals(
        new CommandLineRun(1, "", "lora-mer: " + message + "\n"),
        CommandLineRun.of("predict", "--model", tiny.path(model), clip, "--text", "Oh"));
  }
}
