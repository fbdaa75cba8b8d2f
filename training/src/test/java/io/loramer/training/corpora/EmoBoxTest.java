package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmoBoxTest {
  private static final Speakers UNKNOWN = new Speakers(Optional.empty());

  @TempDir Path temp;
  private CorpusFiles files;

  @BeforeEach
  void labelMap() throws IOException {
    files = new CorpusFiles(temp.resolve("EmoBox"));
    files.text(
        "data/iemocap/label_map.json",
        "{\"Neu\": \"Neutral\", \"hap\": \"Happy\", \"ang\": \"Angry\", \"exc\": \"Happy\"}");
  }

  @Test
  void withSeveralFoldsEachIsTheSessionOfItsTestUtterances() throws IOException {
    fold("iemocap_test_fold_1", line("a", "exc"), line("b", "neu"));
    fold("iemocap_train_fold_1", line("c", "ang"), line("d", "fru"));
    fold("iemocap_test_fold_2", line("c", "ang"), line("d", "fru"));
    fold("iemocap_train_fold_2", line("a", "exc"), line("b", "neu"));
    files.text("data/iemocap/iemocap.jsonl", line("e", "neu")); // all folds together
    files.text("data/iemocap/fold_1/iemocap_test_fold1.jsonl", line("f", "neu")); // an older form

    CorpusContents contents = read(UNKNOWN);

    assertEquals(
        Map.of("a", "1", "b", "1", "c", "2", "d", "2"),
        Map.copyOf(
            contents.utterances().stream()
                .collect(Collectors.toMap(Utterance::id, u -> u.session().orElseThrow()))));
    assertEquals(
        Map.of("happiness", 1L, "neutral", 1L, "anger", 1L, "fru", 1L),
        CorpusFiles.count(contents, Utterance::label));
    assertEquals(
        List.of("the speakers are not known, so training and test may share voices"),
        contents.notes());
  }

  @Test
  void withOneFoldItsPartsAreTheSplits() throws IOException {
    fold("iemocap_train_fold_1", line("a", "neu"));
    fold("iemocap_valid_fold_1", line("b", "neu"));
    fold("iemocap_test1_fold_1", line("c", "neu"));

    CorpusContents contents = read(UNKNOWN);

    assertEquals(Optional.of(Split.TRAIN), CorpusFiles.find(contents, "a").split());
    assertEquals(Optional.of(Split.VALIDATION), CorpusFiles.find(contents, "b").split());
    assertEquals(Optional.of(Split.TEST), CorpusFiles.find(contents, "c").split());
    assertEquals(Optional.empty(), CorpusFiles.find(contents, "c").session());
  }

  @Test
  void olderKeysAndStretchesOfFilesAreRead() throws IOException {
    files.clip("downloads/long.flac");
    fold(
        "iemocap_train_fold_1",
        "{\"key\": \"a\", \"audio\": \"downloads/long.flac\", \"label\": \"neu\","
            + " \"start_time\": 1917.34, \"end_time\": 1925.26}\n");

    Utterance.Clip clip = read(UNKNOWN).utterances().get(0).clip();

    assertEquals(temp.resolve("EmoBox/downloads/long.flac"), clip.file());
    assertEquals(OptionalDouble.of(1917.34), clip.start());
    assertEquals(OptionalDouble.of(1925.26), clip.end());
  }

  @Test
  void aPatternFindsTheSpeakerInThePath() throws IOException {
    fold("iemocap_train_fold_1", line("Ses01F_impro01_M000", "neu"));
    Speakers speakers =
        new Speakers(Optional.of(Pattern.compile("(Ses0\\d)[^/]*_([FM])\\d+\\.wav$")));

    assertEquals("Ses01M", CorpusFiles.find(read(speakers), "Ses01F_impro01_M000").speaker());

    fold("iemocap_test_fold_1", line("intro", "neu"));
    String message = assertThrows(IOException.class, () -> read(speakers)).getMessage();
    assertEquals(
        "%s: 1 problem\n  %s: line 1: speaker: %s matches nothing in downloads/intro.wav"
            .formatted(
                temp.resolve("EmoBox/data/iemocap"),
                temp.resolve("EmoBox/data/iemocap/fold_1/iemocap_test_fold_1.jsonl"),
                "(Ses0\\d)[^/]*_([FM])\\d+\\.wav$"),
        message);
  }

  @Test
  void linesThatAreNotJsonOrLackKeysAreNamedTogether() throws IOException {
    fold(
        "iemocap_train_fold_1", line("a", "neu"), "{\"key\": \"b\", \"wav\": \"b.wav\"}\n", "{]\n");

    String message = assertThrows(IOException.class, () -> read(UNKNOWN)).getMessage();

    Path file = temp.resolve("EmoBox/data/iemocap/fold_1/iemocap_train_fold_1.jsonl");
    assertEquals(
        List.of(
            temp.resolve("EmoBox/data/iemocap") + ": 2 problems",
            "  "
                + file
                + ": line 2: expected key, wav and emo, found {\"key\": \"b\", \"wav\":"
                + " \"b.wav\"}",
            "  " + file + ": line 3: not JSON: Unexpected close marker ']': expected '}'"),
        message.lines().map(line -> line.replaceFirst(" \\(for .*", "")).toList());
  }

  private CorpusContents read(Speakers speakers) throws IOException {
    return new EmoBox(temp.resolve("EmoBox/data/iemocap"), Optional.empty(), speakers).read();
  }

  private void fold(String name, String... lines) throws IOException {
    String fold = name.substring(name.length() - "fold_1".length());
    files.text("data/iemocap/%s/%s.jsonl".formatted(fold, name), String.join("", lines));
  }

  /** Returns a line and writes its clip. */
  private String line(String key, String emotion) throws IOException {
    String path = "downloads/" + key + ".wav";
    if (!Files.exists(files.folder().resolve(path))) {
      files.clip(path);
    }
    return """
        {"key": "%s", "dataset": "iemocap", "wav": "%s", "length": 1.23, "emo": "%s", "channel": 1}
        """
        .formatted(key, path, emotion);
  }
}
