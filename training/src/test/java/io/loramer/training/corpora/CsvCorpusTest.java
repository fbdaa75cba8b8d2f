package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.corpora.CsvCorpus.Column;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvCorpusTest {
  private static final Speakers UNKNOWN = new Speakers(Optional.empty());

  @TempDir Path temp;
  private CorpusFiles files;

  @BeforeEach
  void clips() throws IOException {
    files = new CorpusFiles(temp.resolve("csv"));
    files.clip("clips/a.wav");
    files.clip("clips/b.wav");
  }

  @Test
  void everyColumnIsRead() throws IOException {
    CorpusContents contents =
        read(
            """
            id,audio,text,label,speaker,session,start,end,split,other
            u1,clips/a.wav,"Well, ""yes"".",joy,anna,2,0.5,1.25,validation,x
            """);

    assertEquals(
        List.of(
            new Utterance(
                0,
                "u1",
                new Utterance.Clip(
                    temp.resolve("csv/clips/a.wav"),
                    OptionalDouble.of(0.5),
                    OptionalDouble.of(1.25)),
                Optional.of("Well, \"yes\"."),
                "joy",
                "anna",
                Optional.of("2"),
                Optional.of(Split.VALIDATION))),
        contents.utterances());
    assertEquals(List.of(), contents.notes());
  }

  /** Separators that Excel writes in different countries, and tabs. */
  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t"})
  void theHeaderDeterminesTheSeparator(String separator) throws IOException {
    String csv =
        "\uFEFFaudio,label,speaker\r\nclips/a.wav,joy,anna\r\n\r\nclips/b.wav,fear,ben\r\n";

    CorpusContents contents = read(csv.replace(",", separator));

    assertEquals(Map.of("anna", 1L, "ben", 1L), CorpusFiles.count(contents, Utterance::speaker));
    assertEquals("clips/a", contents.utterances().get(0).id());
  }

  @Test
  void stretchesOfOneFileAreUtterancesOfTheirOwn() throws IOException {
    CorpusContents contents =
        read(
            """
            audio,label,speaker,start,end
            clips/a.wav,joy,anna,0,0.5
            clips/a.wav,fear,ben,0.5,
            """);

    assertEquals(
        List.of("clips/a@0.0", "clips/a@0.5"),
        contents.utterances().stream().map(Utterance::id).toList());
  }

  @Test
  void columnsAndTheFolderOfTheClipsCanBeNamed() throws IOException {
    files.text("table.csv", "Datei,Gefühl\na.wav,Freude\n");
    Speakers speakers = new Speakers(Optional.of(Pattern.compile("^[a-z]")));

    Utterance utterance =
        new CsvCorpus(
                temp.resolve("csv/table.csv"),
                Map.of(Column.AUDIO, "Datei", Column.LABEL, "Gefühl"),
                Optional.of(temp.resolve("csv/clips")),
                speakers)
            .read()
            .utterances()
            .get(0);

    assertEquals(temp.resolve("csv/clips/a.wav"), utterance.clip().file());
    assertEquals("Freude", utterance.label());
    assertEquals("a", utterance.speaker());
  }

  @Test
  void allProblemsAreNamedTogether() throws IOException {
    String message =
        assertThrows(
                IOException.class,
                () ->
                    read(
                        """
                        audio,label,speaker,start,end,split
                        clips/a.wav,,anna,,,

                        clips/a.wav,"of two
                        lines",anna,,,
                        clips/a.wav,joy,,soon,,dev
                        ,joy,ben,2,1,
                        clips/b.wav,joy,ben,-1,NaN,test
                        """))
            .getMessage();

    Path file = temp.resolve("csv/table.csv");
    assertEquals(
        """
        %1$s: 8 problems
          %1$s: line 2: label is missing
          %1$s: line 6: speaker is missing
          %1$s: line 6: start: expected seconds from 0, found soon
          %1$s: line 6: split: expected one of train, validation, test, found dev
          %1$s: line 7: audio is missing
          %1$s: line 7: end 1.0 s is not after start 2.0 s
          %1$s: line 8: start: expected seconds from 0, found -1
          %1$s: line 8: end: expected seconds from 0, found NaN"""
            .formatted(file),
        message);
  }

  @Test
  void aTableWithoutTheColumnsOrInAnotherEncodingIsRefused() throws IOException {
    String columns =
        assertThrows(IOException.class, () -> read("file,emotion\na.wav,joy\n")).getMessage();
    assertTrue(columns.endsWith(", found [file, emotion]") && columns.contains("audio"), columns);

    files.text("table.csv", "audio,label\nclips/a.wav,Ärger\n", StandardCharsets.ISO_8859_1);
    CsvCorpus latin =
        new CsvCorpus(temp.resolve("csv/table.csv"), Map.of(), Optional.empty(), UNKNOWN);
    assertEquals(
        temp.resolve("csv/table.csv") + ": expected UTF-8 throughout, found other bytes",
        assertThrows(IOException.class, latin::read).getMessage());
  }

  @Test
  void aLineWithTooManyCellsIsRefusedWithItsNumber() {
    String message =
        assertThrows(
                IOException.class,
                () -> read("audio,label\nclips/a.wav,joy\nclips/b.wav,joy,oh, no\n"))
            .getMessage();
    assertTrue(message.startsWith(temp.resolve("csv/table.csv") + ": line 3: Too many"), message);
  }

  private CorpusContents read(String csv) throws IOException {
    files.text("table.csv", csv);
    return new CsvCorpus(temp.resolve("csv/table.csv"), Map.of(), Optional.empty(), UNKNOWN).read();
  }
}
