package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.tools.testing.CommandLineRun;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line itself; PathTest and BadInputTest test what the commands do. */
class MainTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "convert",
        "train",
        "evaluate",
        "predict",
        "export",
        "serve",
        "doctor",
        "corpus",
        "mine-check",
        "transcribe",
        "bench"
      })
  void helpEndsWithExamples(String command) {
    CommandLineRun run = CommandLineRun.of(command, "--help");
    assertEquals(0, run.exitCode());
    assertEquals("", run.err());
    assertTrue(run.out().startsWith("Usage: lora-mer " + command + " "), run.out());
    String examples = run.out().replaceFirst("(?s).*\nExamples?:\n", "");
    assertTrue(examples.startsWith("  lora-mer " + command), run.out());
  }

  @Test
  void mainHelpNamesCommandsAndExitCodes() {
    CommandLineRun run = CommandLineRun.of("--help");
    assertEquals(0, run.exitCode());
    for (String part : new String[] {"  predict  ", "Exit codes:", "  2     wrong usage"}) {
      assertTrue(run.out().contains(part), run.out());
    }
  }

  /** Wrong command lines, each with a part of its error message. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                        | Name a command.",
        "train                                     | Missing required argument",
        "train --run a --resume b                  | mutually exclusive",
        "train --run a --epochs 3                  | Unknown options: '--epochs', '3'",
        "train --run a --set epochs                | should be in KEY=VALUE format",
        "train --resume a --set training.epochs=3  | --resume takes neither --config nor --set,"
            + " --text-source",
        "train --resume a --text-source asr        | --resume takes neither --config nor --set,"
            + " --text-source",
        "train --run a --text-source ears          | expected one of [TRANSCRIPT, ASR, NONE]",
        "transcribe --recognizer a                 | Name either --manifest with --out, or clips.",
        "transcribe --recognizer a --manifest b c  | Name either --manifest with --out, or clips.",
        "transcribe --recognizer a --manifest b    | --manifest and --out go together",
        "evaluate --model a --manifest b --split c | expected one of [TRAIN, VALIDATION, TEST]",
        "predict --model a                         | Missing required parameter: 'CLIP'",
        "convert --checkpoint a --out b --group-norm c | --group-norm",
        "corpus                                    | Name a command: import, info or check.",
        "corpus import --format aibo --from a --out b | expected one of [IEMOCAP, MELD, RAVDESS",
        "corpus import --format csv --from a        | Missing required option: '--out=FILE'",
        "corpus import --format tess --from a --out b --audio c | --audio is not for --format"
            + " tess.",
        "corpus import --format meld --from a --out b --column text=c | --column is not for",
        "corpus import --format csv --from a --out b --column word=c | [ID, AUDIO, TEXT, LABEL,",
        "corpus import --format folders --from a --out b --speaker-pattern ( | --speaker-pattern",
        "mine-check --estimator club               | expected one of [DV, DV_MOVING_AVERAGE, NWJ,",
        "demo --seed one                           | 'one' is not a long",
      })
  void wrongUsageIsExitCodeTwo(String line, String expected) {
    CommandLineRun run = CommandLineRun.of(line.isEmpty() ? new String[0] : line.split(" ", -1));
    assertEquals(2, run.exitCode());
    assertEquals("", run.out());
    assertTrue(run.err().contains(expected), run.err());
    assertTrue(run.err().contains("Usage: lora-mer"), run.err());
  }

  @Test
  void misspeltCommandIsGuessed() {
    CommandLineRun run = CommandLineRun.of("trian");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("lora-mer train?"), run.err());
  }

  @Test
  void doctorPrintsVersionsAndDevices() {
    CommandLineRun run = CommandLineRun.of("doctor");
    assertEquals(0, run.exitCode(), run.err());
    assertEquals("", run.err());
    String cores = "cores        " + Runtime.getRuntime().availableProcessors() + "\n";
    for (String part : new String[] {"tensorflow   2.", cores, "GPU          ", "CUDA         "}) {
      assertTrue(run.out().contains(part), run.out());
    }
  }

  @Test
  void argumentsThatArriveDamagedAreRefusedByName() {
    CommandLineRun run =
        CommandLineRun.of("predict", "--model", "m", "a.wav", "--text", "Gr\uFFFD\uFFFDe");
    assertEquals(2, run.exitCode());
    assertTrue(
        run.err().startsWith("lora-mer: arrived with lost letters: --text Gr\uFFFD\uFFFDe; "),
        run.err());
  }

  @Test
  void missingWordsAreReportedBeforeTheModelIsLoaded(@TempDir Path model) throws Exception {
    Path assets = Files.createDirectories(model.resolve("1/assets"));
    Files.writeString(
        assets.resolve("emotion_model.json"),
        """
        {"labels": ["joy"], "min_samples": 400, "max_samples": 16000, "max_tokens": 9, "pad_id": 1}
        """);
    CommandLineRun run = CommandLineRun.of("predict", "--model", model, "gone.wav");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("Missing --text or --recognizer"), run.err());
  }

  @Test
  void recognizersAreCheckedBeforeTheModelIsLoaded(@TempDir Path folder) throws Exception {
    Path model = Files.createDirectories(folder.resolve("1/assets")).getParent();
    Files.writeString(
        model.resolve("assets/emotion_model.json"),
        """
        {"labels": ["joy"], "max_samples": 16000, "max_tokens": 9, "pad_id": 1}
        """);
    Path corpus =
        Files.writeString(
            folder.resolve("corpus.jsonl"),
            "{\"id\": \"a\", \"audio\": \"a.wav\", \"label\": \"joy\", \"speaker\": \"s\"}\n");
    Path gone = folder.resolve("gone");
    CommandLineRun.of("predict", "--model", model, "a.wav", "--recognizer", gone)
        .assertFailed("gone: not a SavedModel");
    CommandLineRun.of("evaluate", "--model", model, "--manifest", corpus, "--recognizer", gone)
        .assertFailed("gone: not a SavedModel");
  }

  @Test
  void clipsToTranscribeAreCheckedBeforeTheRecognizerIsLoaded(@TempDir Path folder) {
    CommandLineRun.of("transcribe", "--recognizer", folder, folder.resolve("gone.wav"))
        .assertFailed("no such file, or it cannot be read: [" + folder.resolve("gone.wav") + "]");
  }

  @ParameterizedTest
  @CsvSource({
    "mine-check --steps 0, '--steps: expected at least 1, found 0'",
    "serve --model m --port 65536, '--port: expected from 0 to 65535, found 65536'",
    "serve --model m --grpc-port -1, '--grpc-port: expected from 0 to 65535, found -1'"
  })
  void numbersOutsideTheirRangeAreWrongUsage(String line, String message) {
    CommandLineRun run = CommandLineRun.of((Object[]) line.split(" ", -1));
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith(message), run.err());
  }

  @Test
  void benchRefusesAWrongOverrideBeforeItMakesItsFolder(@TempDir Path folder) {
    Path bench = folder.resolve("bench");
    CommandLineRun.of("bench", "--folder", bench, "--smoke", "--set", "trainin.epochs=3")
        .assertFailed("unknown key trainin");
    assertFalse(Files.exists(bench));
  }

  @Test
  void doctorAdvisesToBuildForGpusOnlyWithoutGpuNatives() {
    boolean gpu =
        MainTest.class.getResource("/org/tensorflow/internal/c_api/linux-x86_64-gpu") != null;
    String out = CommandLineRun.of("doctor").out();
    assertEquals(gpu, out.contains("(GPU)"), out);
    assertEquals(!gpu, out.contains("-Pgpu"), out);
  }

  @Test
  void demoRefusesAnExistingFolder(@TempDir Path folder) throws Exception {
    CommandLineRun run = CommandLineRun.of("demo", "--out", folder.toString());
    assertEquals(1, run.exitCode());
    assertEquals(
        "lora-mer: " + folder + " exists already; remove it or name another folder\n", run.err());
    try (var entries = Files.list(folder)) {
      assertEquals(0, entries.count());
    }
  }
}
