package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.recognition.corpus.CorpusReport;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeldTest {
  private static final String HEADER =
      "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,"
          + "StartTime,EndTime\r\n";

  @TempDir Path temp;

  @Test
  void numbersThatStartAnewInEachPartAreDifferentUtterances() throws IOException {
    CorpusContents contents = new Meld(corpus()).read();

    assertEquals(
        List.of("train_dia0_utt0", "train_dia0_utt1", "dev_dia0_utt0", "test_dia0_utt0"),
        contents.utterances().stream().map(Utterance::id).toList());
    assertEquals(
        Map.of("TRAIN", 2L, "VALIDATION", 1L, "TEST", 1L),
        CorpusFiles.count(contents, utterance -> utterance.split().orElseThrow().name()));
    assertEquals(
        temp.resolve("MELD/output_repeated_splits_test/dia0_utt0.mp4"),
        CorpusFiles.find(contents, "test_dia0_utt0").clip().file());
  }

  @Test
  void wordsKeepCurlyQuotesCommasAndStraightQuotes() throws IOException {
    CorpusContents contents = new Meld(corpus()).read();

    Utterance first = CorpusFiles.find(contents, "train_dia0_utt0");
    assertEquals(Optional.of("No, you’re “fine”, \"really\"…"), first.text());
    assertEquals("happiness", first.label());
    assertEquals("The Interviewer", first.speaker());
    assertEquals(Optional.of(Split.TRAIN), first.split());
  }

  @Test
  void missingClipsAreNamed() throws IOException {
    assertEquals(
        List.of(
            "utterances left out because their clips are missing: 2 (train_dia125_utt3,"
                + " dev_dia110_utt7)"),
        new Meld(corpus()).read().notes());
  }

  @Test
  void aBrokenClipIsFoundByDecoding() throws IOException {
    Path corpus = corpus();
    Path broken = corpus.resolve("dev_splits_complete/dia0_utt0.mp4");
    byte[] whole = Files.readAllBytes(broken);
    Files.write(broken, Arrays.copyOf(whole, whole.length / 2));

    CorpusReport report =
        CorpusReport.of(
            Manifest.unwritten(temp.resolve("m.jsonl"), new Meld(corpus).read().utterances()),
            progress -> {});

    assertEquals(List.of(3), report.problems().stream().map(Problem::line).toList());
    assertEquals(0, report.seconds().get(2));
    assertEquals(0.4, report.seconds().get(3), 0.03);
  }

  @Test
  void aMissingTableIsNamedAndTheOthersAreRead() throws IOException {
    Path corpus = corpus();
    Files.delete(corpus.resolve("train/train_sent_emo.csv"));

    CorpusContents contents = new Meld(corpus).read();

    assertEquals(2, contents.utterances().size());
    assertEquals(
        "train_sent_emo.csv is missing, and its utterances are left out", contents.notes().get(0));
  }

  @Test
  void tablesWithoutClipsAreNoCorpus() throws IOException {
    new CorpusFiles(temp).text("dev_sent_emo.csv", HEADER + row("Hi.", "joy", 3, 4));

    String message = assertThrows(IOException.class, () -> new Meld(temp).read()).getMessage();

    assertEquals(
        temp
            + ": found no utterance; expected train_sent_emo.csv, dev_sent_emo.csv or"
            + " test_sent_emo.csv, and its clips, such as train_splits/dia0_utt0.mp4"
            + " (train_sent_emo.csv is missing, and its utterances are left out;"
            + " test_sent_emo.csv is missing, and its utterances are left out;"
            + " utterances left out because their clips are missing: 1 (dev_dia3_utt4))",
        message);
  }

  private Path corpus() throws IOException {
    Path folder = temp.resolve("MELD");
    CorpusFiles files = new CorpusFiles(folder);
    files.text(
        "train/train_sent_emo.csv",
        HEADER
            + row("No, you’re “fine”, \"\"really\"\"…", "joy", 0, 0)
            + row("—", "neutral", 0, 1)
            + row("Gone.", "anger", 125, 3));
    files.text(
        "dev_sent_emo.csv", HEADER + row("Oh.", "fear", 0, 0) + row("Gone.", "anger", 110, 7));
    files.text("test_sent_emo.csv", HEADER + row("Ah!", "surprise", 0, 0));
    files.film("train/train_splits/dia0_utt0.mp4");
    files.film("train/train_splits/dia0_utt1.mp4");
    files.film("dev_splits_complete/dia0_utt0.mp4");
    files.film("output_repeated_splits_test/dia0_utt0.mp4");
    files.text("output_repeated_splits_test/._dia0_utt0.mp4", "macOS");
    files.film("output_repeated_splits_test/final_videos_testdia0_utt0.mp4");
    return folder;
  }

  private static String row(String text, String emotion, int dialogue, int utterance) {
    return "1,\"%s\",The Interviewer,%s,x,%d,%d,8,21,\"00:16:16,059\",\"00:16:21,731\"\r\n"
        .formatted(text, emotion, dialogue, utterance);
  }
}
