package io.loramer.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.testing.TestFiles;
import io.loramer.tools.testing.CommandLineRun;
import io.loramer.training.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a recogniser of random weights; SpeechRecognizerTest compares its words to PyTorch's. */
@Tag("slow")
class TranscribeCommandTest {
  private static final Path CHECKPOINT =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures/audio/wav2vec2-ctc");

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static String recognizer;

  @BeforeAll
  static void convert() throws IOException {
    tiny = TinyRun.in(folder);
    recognizer = tiny.path("ctc");
    CommandLineRun converted =
        CommandLineRun.of("convert", "--checkpoint", CHECKPOINT, "--out", recognizer);
    assertEquals(0, converted.exitCode(), converted.err());
  }

  @Test
  void eachClipGivesALine() {
    CommandLineRun outcome =
        CommandLineRun.of(
            "transcribe", "--recognizer", recognizer, tiny.path("0.wav"), tiny.path("3.wav"));
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.get(1).matches(tiny.path("3.wav") + "\t0\\.\\d{3}\t[A-Z' ]*"), lines.get(1));
  }

  @Test
  void corpusGivesANewManifestAndTheWordErrorRate() throws IOException {
    Path out = folder.resolve("new/asr.jsonl");
    CommandLineRun outcome = transcribe("corpus.jsonl", out);
    assertEquals(0, outcome.exitCode(), outcome.err());
    outcome.assertPrinted("7 of 7 utterances recognised, ");
    outcome.assertPrinted(
        " errors in 14 words of 7 utterances; case and punctuation do not count\n");
    List<String> lines = Files.readAllLines(out);
    assertEquals(7, lines.size());
    assertTrue(lines.get(2).contains("\"audio\":\"../2.wav\""), lines.get(2));
    assertTrue(
        lines.get(2).contains("\"text_source\":\"asr\",\"text_confidence\":0."), lines.get(2));

    CommandLineRun trained =
        CommandLineRun.of(
            "train",
            "--config",
            tiny.config(),
            "--set",
            "data.manifest=" + out,
            "--set",
            "training.epochs=0",
            "--text-source",
            "asr",
            "--run",
            tiny.path("asr-run"));
    assertEquals(0, trained.exitCode(), trained.err());
    String config = Files.readString(folder.resolve("asr-run/config.yaml"));
    assertTrue(config.contains("source: \"asr\""), config);
  }

  @Test
  void missingRecognisesOnlyUtterancesWithoutWords() throws IOException {
    String corpus = Files.readString(folder.resolve("corpus.jsonl"));
    Files.writeString(
        folder.resolve("part.jsonl"), corpus.replaceFirst("\"text\": \"Oh no!\", ", ""));
    Path out = folder.resolve("part-asr.jsonl");
    CommandLineRun outcome = transcribe("part.jsonl", out, "--missing");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome.out().matches("1 of 7 utterances recognised, [01] without a word; mean .*\n"),
        outcome.out());
    List<String> lines = Files.readAllLines(out);
    assertTrue(lines.get(0).contains("\"text_source\":\"asr\""), lines.get(0));
    assertTrue(lines.get(1).contains("\"text\":\"Oh no!\",\"label\""), lines.get(1));
  }

  @Test
  void existingFileIsNotOverwrittenAndBadClipsAreNamed() throws IOException {
    transcribe("corpus.jsonl", folder.resolve("corpus.jsonl"))
        .assertFailed("exists already; remove it or name another file");
    Path broken = folder.resolve("broken.jsonl");
    Files.writeString(broken, TinyRun.line("a", "gone.wav", "Oh", "joy", "train"));
    Path out = folder.resolve("never.jsonl");
    transcribe("broken.jsonl", out).assertFailed("line 1: " + tiny.path("gone.wav"));
    assertTrue(Files.notExists(out));
  }

  private static CommandLineRun transcribe(String manifest, Path out, Object... more) {
    Object[] args = new Object[7 + more.length];
    args[0] = "transcribe";
    args[1] = "--recognizer";
    args[2] = recognizer;
    args[3] = "--manifest";
    args[4] = tiny.path(manifest);
    args[5] = "--out";
    args[6] = out;
    System.arraycopy(more, 0, args, 7, more.length);
    return CommandLineRun.of(args);
  }
}
