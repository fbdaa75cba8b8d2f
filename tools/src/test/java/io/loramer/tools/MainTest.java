package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    for (String part : new String[] {"  predict  ", "Exit codes:", "  2   wrong usage"}) {
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
