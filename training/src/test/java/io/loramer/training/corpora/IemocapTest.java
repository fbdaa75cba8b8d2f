package io.loramer.training.corpora;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.CorpusReport;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IemocapTest {
  /** Counts per session as published by Busso et al. 2008 and all four-class papers since. */
  private static final int[][] PUBLISHED = {
    {229, 278, 384, 194},
    {137, 327, 362, 197},
    {240, 286, 320, 305},
    {327, 303, 258, 143},
    {170, 442, 384, 245}
  };

  @TempDir Path temp;

  @Test
  void idsGiveDialogueSessionAndSpeaker() throws IOException {
    CorpusContents contents = new Iemocap(traps()).read();

    Utterance utterance = CorpusFiles.find(contents, "Ses01F_impro01_M000");
    assertEquals(
        temp.resolve("IEMOCAP/Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M000.wav"),
        utterance.clip().file());
    assertEquals("Ses01M", utterance.speaker()); // not the F of the dialogue's name
    assertEquals(Optional.of("1"), utterance.session());
    Utterance scripted = CorpusFiles.find(contents, "Ses05M_script01_1b_F004");
    assertEquals("Ses05F", scripted.speaker());
    assertEquals(Optional.of("5"), scripted.session());
  }

  @Test
  void onlyTheTopLevelsLinesOfUtterancesAreLabels() throws IOException {
    assertEquals(
        Map.of(
            "Ses01F_impro01_F000", "neutral",
            "Ses01F_impro01_F001", "excitement",
            "Ses01F_impro01_M000", "anger",
            "Ses01F_impro01_M001", "undecided",
            "Ses05M_script01_1b_F004", "frustration",
            "Ses05M_script01_1b_M002", "happiness"),
        new Iemocap(traps())
            .read().utterances().stream()
                .collect(Collectors.toMap(Utterance::id, Utterance::label)));
  }

  @Test
  void wordsAreLatinOneAndMayHoldBracketsAndColons() throws IOException {
    CorpusContents contents = new Iemocap(traps()).read();

    assertEquals(
        Optional.of("It's a café. [LAUGHTER]: so [what]: yes?"),
        CorpusFiles.find(contents, "Ses01F_impro01_F000").text());
    assertEquals(Optional.of("Oh."), CorpusFiles.find(contents, "Ses01F_impro01_M000").text());
    assertEquals(Optional.empty(), CorpusFiles.find(contents, "Ses01F_impro01_M001").text());
  }

  @Test
  void missingClipsAndWordsAreNamed() throws IOException {
    List<String> notes = new Iemocap(traps()).read().notes();

    assertEquals(
        List.of(
            "utterances without a transcript: 2 (Ses01F_impro01_F002, Ses01F_impro01_M001)",
            "utterances left out because their clips are missing: 1 (Ses01F_impro01_F002)"),
        notes.stream().filter(note -> !note.contains("instead of 5531")).toList());
  }

  @Test
  void excitementIsHappinessUnlessItIsKept() throws IOException {
    Iemocap corpus = new Iemocap(traps());
    LabelChoice six =
        new LabelChoice(
            List.of("anger", "excitement", "frustration", "happiness", "neutral", "sadness"),
            corpus.usualLabels().renamed());

    assertEquals(
        Map.of("anger", 1L, "happiness", 2L, "neutral", 1L),
        CorpusFiles.count(corpus.usualLabels().of(corpus.read()), Utterance::label));
    assertEquals(
        Map.of("anger", 1L, "excitement", 1L, "frustration", 1L, "happiness", 1L, "neutral", 1L),
        CorpusFiles.count(six.of(corpus.read()), Utterance::label));
  }

  @Test
  void theClipsCanBeDecoded() throws IOException {
    CorpusContents contents = new Iemocap(traps()).read();

    CorpusReport report =
        CorpusReport.of(
            Manifest.unwritten(temp.resolve("m.jsonl"), contents.utterances()), progress -> {});

    assertEquals(List.of(), report.problems());
    assertEquals(6, report.seconds().stream().filter(s -> s > 1.2 && s < 1.3).count());
  }

  @Test
  void theWholeCorpusHas5531UtterancesOfFourClassesAndTenSpeakers() throws IOException {
    Path corpus = whole();
    CorpusContents all = new Iemocap(corpus).read();
    CorpusContents four = new Iemocap(corpus).usualLabels().of(all);

    assertEquals(List.of(), all.notes());
    assertEquals(5531 + 5, all.utterances().size());
    assertEquals(
        Map.of("anger", 1103L, "happiness", 1636L, "neutral", 1708L, "sadness", 1084L),
        CorpusFiles.count(four, Utterance::label));
    assertEquals(
        Map.of("1", 1085L, "2", 1023L, "3", 1151L, "4", 1031L, "5", 1241L),
        CorpusFiles.count(four, utterance -> utterance.session().orElseThrow()));
    assertEquals(
        Set.of(
            "Ses01F", "Ses01M", "Ses02F", "Ses02M", "Ses03F", "Ses03M", "Ses04F", "Ses04M",
            "Ses05F", "Ses05M"),
        CorpusFiles.count(four, Utterance::speaker).keySet());
  }

  @Test
  void anotherNumberOfUtterancesIsReportedWithTheDifference() throws IOException {
    Path corpus = whole();
    Files.delete(corpus.resolve("Session3/sentences/wav/Ses03F_impro01/Ses03F_impro01_M239.wav"));
    Files.move(corpus.resolve("Session4"), corpus.resolve("elsewhere"));

    assertEquals(
        List.of(
            "4499 utterances of the four classes instead of 5531 (-1032): session 3: anger 239"
                + " instead of 240 (-1); session 4: anger 0 instead of 327 (-327), happiness 0"
                + " instead of 303 (-303), neutral 0 instead of 258 (-258), sadness 0 instead of"
                + " 143 (-143)",
            "utterances left out because their clips are missing: 1 (Ses03F_impro01_M239)"),
        new Iemocap(corpus).read().notes());
  }

  @Test
  void malformedLinesAreNamedTogether() throws IOException {
    Path corpus = traps();
    new CorpusFiles(corpus)
        .text(
            "Session2/dialog/EmoEvaluation/Ses02F_impro01.txt",
            """
            [1.0 - 2.0]\tSes02F_impro01_F000\thappy\t[2.5, 2.5, 2.5]
            [1.0 - 2.0]\tSes09F_impro01_F000\tneu\t[2.5, 2.5, 2.5]
            """);

    String message = assertThrows(IOException.class, () -> new Iemocap(corpus).read()).getMessage();

    Path file = corpus.resolve("Session2/dialog/EmoEvaluation/Ses02F_impro01.txt");
    String expected =
        "expected [start - end], an utterance and one of [ang, dis, exc, fea, fru, hap, neu, oth,"
            + " sad, sur, xxx] between tabs, found [1.0 - 2.0]\tSes0";
    assertEquals(
        corpus
            + ": 2 problems\n"
            + ("  " + file + ": line 1: " + expected)
            + "2F_impro01_F000\thappy\t[2.5, 2.5, 2.5]\n"
            + ("  " + file + ": line 2: " + expected)
            + "9F_impro01_F000\tneu\t[2.5, 2.5, 2.5]",
        message);
  }

  @Test
  void anotherFolderIsRefused() {
    String message = assertThrows(IOException.class, () -> new Iemocap(temp).read()).getMessage();
    assertEquals(
        temp
            + ": found no utterance; expected Session1 to Session5 with dialog/EmoEvaluation and"
            + " sentences/wav",
        message.replaceFirst(" \\(0 utterances of the four classes.*", ""));
  }

  /** Writes a corpus of two dialogues with all peculiarities of the format. */
  private Path traps() throws IOException {
    Path folder = temp.resolve("IEMOCAP");
    CorpusFiles files = new CorpusFiles(folder);
    String first = "Session1/dialog/EmoEvaluation/";
    files.text(
        first + "Ses01F_impro01.txt",
        "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\r\n\r\n"
            + labelled("Ses01F_impro01_F000", "neu")
            + labelled("Ses01F_impro01_F001", "exc")
            + labelled("Ses01F_impro01_F002", "sad") // whose clip is missing
            + labelled("Ses01F_impro01_M000", "ang")
            + labelled("Ses01F_impro01_M001", "xxx"));
    files.text(first + "._Ses01F_impro01.txt", "\u0000\u0005\u0016[");
    files.text(first + "Categorical/Ses01F_impro01_e1_cat.txt", "[x\tSes01F_impro01_F000\tang\t");
    files.text(first + "Attribute/Ses01F_impro01_e1_atr.txt", "[x\tSes01F_impro01_F000\tang\t");
    files.text(
        "Session1/dialog/transcriptions/Ses01F_impro01.txt",
        """
        Ses01F_impro01_F000 [006.2901-008.2357]: It's a café. [LAUGHTER]: so [what]: yes?
        M: Yeah.
        Ses01F_impro01_MXX0 [008.2-008.5]: Mhm.
        Ses01F_impro01_F001 [009.0-010.5]: Great!
        Ses01F_impro01_M000 [010.0100-011.3925]: Oh.
        Ses01F_impro01_M001 [011.5-012.0]:
        """,
        ISO_8859_1);
    files.text(
        "Session5/dialog/EmoEvaluation/Ses05M_script01_1b.txt",
        labelled("Ses05M_script01_1b_F004", "fru") + labelled("Ses05M_script01_1b_M002", "hap"));
    files.text(
        "Session5/dialog/transcriptions/Ses05M_script01_1b.txt",
        "Ses05M_script01_1b_F004 [1.0-2.0]: No.\nSes05M_script01_1b_M002 [2.0-3.0]: Yes.\n");
    for (String id : List.of("F000", "F001", "M000", "M001")) {
      files.clip("Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_" + id + ".wav");
    }
    for (String id : List.of("F004", "M002")) {
      files.clip("Session5/sentences/wav/Ses05M_script01_1b/Ses05M_script01_1b_" + id + ".wav");
    }
    files.text("Session5/dialog/wav/Ses05M_script01_1b.wav", "a whole dialogue");
    return folder;
  }

  private static String labelled(String id, String code) {
    return "[6.2901 - 8.2357]\t%s\t%s\t[2.5000, 2.5000, 2.5000]\r\n".formatted(id, code)
        + "C-E2:\tNeutral;\t()\r\nC-F1:\tAnger; Frustration;\t(a bit)\r\n"
        + "A-E3:\tval 3; act 2; dom  2;\t()\r\n\r\n";
  }

  /** Writes a corpus with the published number of utterances of each class in each session. */
  private Path whole() throws IOException {
    Path folder = temp.resolve("whole");
    CorpusFiles files = new CorpusFiles(folder);
    for (int session = 1; session <= PUBLISHED.length; session++) {
      String dialogue = "Ses0" + session + "F_impro01";
      Set<String> lines = new TreeSet<>();
      int[] counts = PUBLISHED[session - 1];
      String[][] codes = {{"ang"}, {"hap", "exc"}, {"neu"}, {"sad"}};
      int number = 0;
      for (int emotion = 0; emotion < counts.length; emotion++) {
        for (int i = 0; i < counts[emotion]; i++) {
          String code = codes[emotion][i % codes[emotion].length];
          lines.add(labelled(id(dialogue, number++), code));
        }
      }
      lines.add(labelled(id(dialogue, number++), "oth"));
      String dialog = "Session" + session + "/dialog/";
      files.text(dialog + "EmoEvaluation/" + dialogue + ".txt", String.join("", lines));
      StringBuilder words = new StringBuilder();
      for (int i = 0; i < number; i++) {
        words.append(id(dialogue, i)).append(" [1.0-2.0]: Yes.\n");
        files.clip(
            "Session%d/sentences/wav/%s/%s.wav".formatted(session, dialogue, id(dialogue, i)));
      }
      files.text(dialog + "transcriptions/" + dialogue + ".txt", words.toString());
    }
    return folder;
  }

  private static String id(String dialogue, int number) {
    return "%s_%s%03d".formatted(dialogue, number % 2 == 0 ? "F" : "M", number);
  }
}
