package io.loramer.tools.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.tools.testing.CommandLineRun;
import io.loramer.training.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The corpus commands: import to a manifest, counts and check. */
class CorpusCommandTest {
  private static final Path EMODB = Path.of("demo/emodb/flac").toAbsolutePath();

  @TempDir Path temp;

  @Test
  void corpusIsImportedCountedAndChecked() throws IOException {
    Path manifest = temp.resolve("new/folder/emodb.jsonl");

    CommandLineRun imported =
        CommandLineRun.of(
            "corpus", "import", "--format", "emodb", "--from", EMODB, "--out", manifest);
    CommandLineRun info = CommandLineRun.of("corpus", "info", manifest);
    CommandLineRun check = CommandLineRun.of("corpus", "check", manifest);

    String counts =
        """
                           anger happiness neutral sadness     all
        all                   36        36      36      36     144

        words: 144 of 144 utterances
        """;
    assertEquals(0, imported.exitCode(), imported.err());
    assertEquals("", imported.err());
    assertTrue(imported.out().endsWith(counts), imported.out());
    info.assertPrinted(
        """
        speaker            anger happiness neutral sadness     all  minutes
        03                     5         5       5       5      20      0.8
        """);
    info.assertPrinted("all                   36        36      36      36     144      6.5\n");
    info.assertPrinted("seconds: shortest 1.44, median 2.36, mean 2.69, 95 % 4.98, ");
    assertEquals(
        new CommandLineRun(0, manifest + ": 144 utterances, nothing is wrong\n", ""), check);
    Utterance first = Manifest.read(manifest).utterances().get(0);
    assertEquals(EMODB.resolve("03a01Fa.flac"), first.clip().file());
    assertTrue(Files.readString(manifest).contains("\"audio\":\"../"), "a relative path");
  }

  @Test
  void labelsAreSelectedAndRenamedAndDroppedOnesAreReported() throws IOException {
    Path manifest = temp.resolve("two.jsonl");

    CommandLineRun imported =
        CommandLineRun.of(
            "corpus",
            "import",
            "--format",
            "emodb",
            "--from",
            EMODB,
            "--out",
            manifest,
            "--labels",
            "joy,anger",
            "--rename",
            "happiness=joy");

    assertEquals(
        "lora-mer: utterances left out because of their labels: 72 {neutral=36, sadness=36}\n",
        imported.err());
    assertEquals(
        List.of("anger", "joy"),
        Manifest.read(manifest).utterances().stream()
            .map(Utterance::label)
            .distinct()
            .sorted()
            .toList());
  }

  @Test
  void skipBrokenLeavesOutAndListsBrokenClips() throws IOException {
    Path corpus = meldWithBrokenClips();
    Path manifest = temp.resolve("meld.jsonl");

    CommandLineRun imported =
        CommandLineRun.of(
            "corpus",
            "import",
            "--format",
            "meld",
            "--from",
            corpus,
            "--out",
            manifest,
            "--skip-broken");

    assertEquals(0, imported.exitCode(), imported.err());
    String clips = corpus.resolve("dev_splits_complete") + "/";
    assertEquals(
        """
        lora-mer: train_sent_emo.csv is missing, and its utterances are left out
        lora-mer: test_sent_emo.csv is missing, and its utterances are left out
        lora-mer: utterances left out because their clips are missing: 1 (dev_dia110_utt7)
        lora-mer: left out: %1$sdia0_utt1.mp4: is not audio (Invalid data found when processing input)
        lora-mer: left out: %1$sdia0_utt2.mp4: is silent, below -70 dBFS after the mean is taken off
        lora-mer: left out: %1$sdia0_utt3.mp4: expected at least 400 samples (one frame of the \
        encoder), found 399
        """
            .formatted(clips),
        imported.err());
    assertEquals(
        List.of("dev_dia0_utt0"),
        Manifest.read(manifest).utterances().stream().map(Utterance::id).toList());
    assertEquals(0, CommandLineRun.of("corpus", "check", manifest).exitCode());
  }

  @Test
  void checkListsAllProblemsAndFails() throws IOException {
    Path manifest = temp.resolve("meld.jsonl");
    CommandLineRun.of(
        "corpus", "import", "--format", "meld", "--from", meldWithBrokenClips(), "--out", manifest);
    Files.writeString(manifest, Files.readString(manifest) + "{\"id\": \"dev_dia0_utt0\"}\n");

    CommandLineRun check = CommandLineRun.of("corpus", "check", manifest);

    assertEquals(1, check.exitCode());
    assertEquals("", check.err());
    assertEquals(
        """
        line 2: CLIPS/dia0_utt1.mp4: is not audio (Invalid data found when processing input)
        line 3: CLIPS/dia0_utt2.mp4: is silent, below -70 dBFS after the mean is taken off
        line 4: CLIPS/dia0_utt3.mp4: expected at least 400 samples (one frame of the encoder), found 399
        line 5: id: expected a unique one, found dev_dia0_utt0, the id of line 1
        line 5: audio is missing
        line 5: label is missing
        line 5: speaker is missing
        MANIFEST: 4 utterances, problems: 7
        """,
        check
            .out()
            .replace(temp.resolve("MELD/dev_splits_complete").toString(), "CLIPS")
            .replace(manifest.toString(), "MANIFEST"));
    CommandLineRun info = CommandLineRun.of("corpus", "info", manifest);
    assertEquals(0, info.exitCode());
    assertEquals(
        "lora-mer: " + manifest + ": problems: 7; `lora-mer corpus check` lists them\n",
        info.err());
  }

  @Test
  void checkWarnsOfWhatIsProbablyNotMeantAndImportToo() throws IOException {
    Path clip = EMODB.resolve("03a01Fa.flac");
    Path manifest = temp.resolve("m.jsonl");
    String line = "{\"id\": \"%s\", \"audio\": \"%s\", \"label\": \"%s\", \"speaker\": 1, %s}\n";
    Files.writeString(
        manifest,
        line.formatted("a", clip, "joy", "\"Split\": \"test\", \"sex\": \"f\"")
            + line.formatted("b", clip, "Joy", "\"end\": 99"));
    Files.copy(clip, temp.resolve("a.flac"));
    Files.copy(clip, temp.resolve("b.flac"));
    Files.writeString(temp.resolve("m.csv"), "audio,label\na.flac,joy\nb.flac,nan\n");

    CommandLineRun check = CommandLineRun.of("corpus", "check", manifest);
    CommandLineRun imported =
        CommandLineRun.of(
            "corpus",
            "import",
            "--format",
            "csv",
            "--from",
            temp.resolve("m.csv"),
            "--out",
            temp.resolve("csv.jsonl"),
            "--rename",
            "jyo=joy");

    assertEquals(
        """
        warning: the key "Split" is not read (1 line: 1); the nearest known one is split
        warning: labels that are probably the same, and are used as different ones: "Joy" (1) = \
        "joy" (1)
        warning: clips whose end is behind the end of their files: 1 (b: 99.00 s, found 1.90 s)
        warning: 1 sound has several ids, 1 with different labels: a (joy) = b (Joy)
        note: keys that are not read: sex (1 line)
        MANIFEST: 2 utterances, warnings: 4
        """,
        check.out().replace(manifest.toString(), "MANIFEST"));
    assertEquals(0, check.exitCode());
    assertEquals(
        """
        lora-mer: the speakers are not known, so training and test may share voices
        lora-mer: no utterance has the label jyo that is renamed
        lora-mer: the label "nan" is used as it stands (1: b); is it what a program writes for a \
        missing value?
        lora-mer: 1 sound has several ids, 1 with different labels: a (joy) = b (nan)
        """,
        imported.err());
    assertEquals(0, imported.exitCode());
  }

  @Test
  void moreThanFiftyProblemsAreAllListed() throws IOException {
    Path manifest = Files.writeString(temp.resolve("m.jsonl"), "{}\n".repeat(20));

    CommandLineRun check = CommandLineRun.of("corpus", "check", manifest);

    assertEquals(20 * 4 + 1, check.out().lines().count());
    check.assertPrinted("0 utterances, problems: 80");
  }

  @Test
  void failedImportLeavesNoFile() throws IOException {
    Path manifest = temp.resolve("a/m.jsonl");

    CommandLineRun.of("corpus", "import", "--format", "iemocap", "--from", temp, "--out", manifest)
        .assertFailed("lora-mer: " + temp + ": found no utterance; expected Session1");
    CommandLineRun.of(
            "corpus", "import", "--format", "tess", "--from", temp.resolve("b"), "--out", manifest)
        .assertFailed("lora-mer: " + temp.resolve("b") + ": expected a folder, found nothing");

    assertFalse(Files.exists(temp.resolve("a")));
  }

  @Test
  void manifestIsNotOverwritten() throws IOException {
    Path manifest = Files.writeString(temp.resolve("m.jsonl"), "mine");

    CommandLineRun.of("corpus", "import", "--format", "emodb", "--from", EMODB, "--out", manifest)
        .assertFailed(manifest + ": exists already; remove it or name another file");

    assertEquals("mine", Files.readString(manifest));
  }

  @Test
  void csvFileIsImported() throws IOException {
    Files.writeString(temp.resolve("calls.csv"), "file;mood\nf_03a01Fa.wav;good\n");
    Files.copy(EMODB.resolve("03a01Fa.flac"), temp.resolve("f_03a01Fa.wav"));
    Path manifest = temp.resolve("calls.jsonl");

    CommandLineRun imported =
        CommandLineRun.of(
            "corpus",
            "import",
            "--format",
            "CSV",
            "--from",
            temp.resolve("calls.csv"),
            "--out",
            manifest,
            "--column",
            "audio=file",
            "--column",
            "label=mood",
            "--speaker-pattern",
            "_(\\d\\d)");

    assertEquals("", imported.err());
    Utterance utterance = Manifest.read(manifest).utterances().get(0);
    assertEquals("03", utterance.speaker());
    assertEquals("good", utterance.label());
    assertEquals(Optional.empty(), utterance.text());
  }

  /** The dev part only: a valid clip, then one of each kind of broken clips. */
  private Path meldWithBrokenClips() throws IOException {
    Path clips = Files.createDirectories(temp.resolve("MELD/dev_splits_complete"));
    Files.writeString(
        temp.resolve("MELD/dev_sent_emo.csv"),
        """
        Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID
        1,Oh.,Joey,joy,positive,0,0
        2,No.,Joey,joy,positive,0,1
        3,Hm.,Joey,joy,positive,0,2
        4,Ah.,Joey,joy,positive,0,3
        5,Uh.,Joey,joy,positive,110,7
        """);
    Files.copy(EMODB.resolve("03a01Fa.flac"), clips.resolve("dia0_utt0.mp4"));
    Files.writeString(clips.resolve("dia0_utt1.mp4"), "Not a film.");
    Files.write(clips.resolve("dia0_utt2.mp4"), TinyRun.wav(new float[500]));
    Files.write(clips.resolve("dia0_utt3.mp4"), TinyRun.wav(sine(399)));
    return temp.resolve("MELD");
  }

  private static float[] sine(int count) {
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      samples[i] = (float) Math.sin(0.1 * i) / 2;
    }
    return samples;
  }
}
