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
import java.util.OptionalInt;
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
            id,audio,text,label,speaker,session,start,end,channel,split,other
            u1,clips/a.wav,"Well, ""yes"".",joy,anna,2,0.5,1.25,0,validation,x
            """);

    assertEquals(
        List.of(
            new Utterance(
                0,
                "u1",
                new Utterance.Clip(
                    temp.resolve("csv/clips/a.wav"),
                    OptionalDouble.of(0.5),
                    OptionalDouble.of(1.25),
                    OptionalInt.of(0)),
                Optional.of("Well, \"yes\"."),
                "joy",
                "anna",
                Optional.of("2"),
                Optional.of(Split.VALIDATION))),
        contents.utterances());
    assertEquals(List.of("columns that are not read: other (1 line)"), contents.notes());
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
  void tabSeparatedCellsAreUnquotedWhereTheFileIsQuoted() throws IOException {
    CorpusContents contents =
        read(
            "audio\tlabel\tspeaker\ttext\r\n"
                + "clips/a.wav\tjoy\tanna\t\"He said \"\"no\"\" and left, twice.\"\r\n"
                + "clips/b.wav\tfear\tben\t\"\"\"Yes\"\"\"\r\n");

    assertEquals(List.of("He said \"no\" and left, twice.", "\"Yes\""), texts(contents));
    assertEquals(List.of(), contents.notes());
  }

  @Test
  void quotesOfAFileThatIsNeverQuotedBelongToTheText() throws IOException {
    CorpusContents contents =
        read(
            """
            audio\tlabel\tspeaker\ttext
            clips/a.wav\tjoy\tanna\t"Oh, yes," he said.
            clips/b.wav\tfear\tben\tsay "no" now
            """);

    assertEquals(List.of("\"Oh, yes,\" he said.", "say \"no\" now"), texts(contents));
    assertEquals(
        List.of(
            "quotes are read as part of the text, since line 2 has one that quotes no whole cell"),
        contents.notes());
  }

  /** Excel's own line for the separator, its "Unicode text", and rows without content. */
  @Test
  void filesOfSpreadsheetsAreRead() throws IOException {
    String rows =
        "\"audio\";\"label, or; mood\";speaker;start;;\r\nclips/a.wav;joy;anna;0,5;;\r\n;;;;;\r\n";
    Map<Column, String> label = Map.of(Column.LABEL, "label, or; mood");

    for (String csv : List.of("sep=;\r\n" + rows, "\uFEFF\"sep=;\"\r\n" + rows, rows)) {
      files.text("table.csv", csv);
      Utterance utterance = csv(label).read().utterances().get(0);
      assertEquals("joy", utterance.label());
      assertEquals(OptionalDouble.of(0.5), utterance.clip().start());
    }

    files.text(
        "table.csv",
        "\uFEFF" + rows.replace(';', '\t').replace("or\t", "or;"),
        StandardCharsets.UTF_16LE);
    assertEquals(1, csv(label).read().utterances().size());
  }

  @Test
  void separatorsWithinQuotedHeadersDoNotCount() throws IOException {
    assertEquals(
        1, read("audio,label,\"a;b;c;d;e\",\"x\ty\"\nclips/a.wav,joy,1,2\n").utterances().size());
  }

  @Test
  void rowNumbersOfPandasAreNoColumn() throws IOException {
    CorpusContents contents = read(",audio,label,speaker\n0,clips/a.wav,joy,anna\n");

    assertEquals("clips/a", contents.utterances().get(0).id());
    assertEquals(List.of(), contents.notes());
  }

  @Test
  void twoColumnsOfOneNameAreRefused() {
    assertEquals(
        temp.resolve("csv/table.csv")
            + ": expected different names of columns, found several named label, text",
        assertThrows(
                IOException.class,
                () -> read("audio,label,text,label ,text\nclips/a.wav,joy,a,fear,b\n"))
            .getMessage());
  }

  @Test
  void columnsLikeKnownOnesAreNoted() throws IOException {
    CorpusContents contents =
        read("audio,label,speaker,start,stop,age\nclips/a.wav,joy,anna,0.2,0.7,\n");

    assertEquals(
        List.of(
            "the column \"stop\" is not read (1 line: 2); the nearest known one is end, without"
                + " which clips end where their files end"),
        contents.notes());
  }

  @Test
  void channelsOfOneFileAreUtterancesOfTheirOwn() throws IOException {
    CorpusContents contents =
        read("audio,label,speaker,channel\nclips/a.wav,joy,anna,0\nclips/a.wav,joy,ben,1.0\n");

    assertEquals(
        List.of("clips/a#0", "clips/a#1"),
        contents.utterances().stream().map(Utterance::id).toList());
    assertEquals(OptionalInt.of(1), contents.utterances().get(1).clip().channel());
    String message =
        assertThrows(
                IOException.class,
                () -> read("audio,label,speaker,channel\nclips/a.wav,joy,anna,telephone\n"))
            .getMessage();
    assertTrue(
        message.endsWith("channel: expected the number of one channel, from 0, found telephone"),
        message);
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
          %1$s: line 8: end: expected seconds from 0, found NaN\
        """
            .formatted(file),
        message);
  }

  @Test
  void aTableWithoutTheColumnsOrInAnotherEncodingIsRefused() throws IOException {
    String columns =
        assertThrows(IOException.class, () -> read("file,emotion\na.wav,joy\n")).getMessage();
    assertEquals(
        temp.resolve("csv/table.csv")
            + ": expected the columns [audio, label], found [file, emotion]; probably audio=file,"
            + " label=emotion",
        columns);
    files.text("table.csv", "audio,label\nclips/a.wav,joy\n");
    String named =
        assertThrows(IOException.class, () -> csv(Map.of(Column.TEXT, "transkript")).read())
            .getMessage();
    assertTrue(named.endsWith("expected the columns [transkript], found [audio, label]"), named);

    files.text("table.csv", "audio,label\nclips/a.wav,Ärger\n", StandardCharsets.ISO_8859_1);
    CsvCorpus latin = csv(Map.of());
    assertEquals(
        temp.resolve("csv/table.csv")
            + ": expected UTF-8 throughout, found other bytes; save the file as UTF-8",
        assertThrows(IOException.class, latin::read).getMessage());

    files.text("table.csv", "PK\3\4 workbook");
    assertEquals(
        temp.resolve("csv/table.csv")
            + ": expected text, found a workbook or ZIP file; save it as CSV",
        assertThrows(IOException.class, latin::read).getMessage());
    files.text("table.csv", "version https://git-lfs.github.com/spec/v1\noid x\n");
    String pointer = assertThrows(IOException.class, latin::read).getMessage();
    assertTrue(pointer.contains("a Git LFS pointer"), pointer);
  }

  @Test
  void linesWithTooManyCellsAreRefusedWithTheirNumbers() {
    String message =
        assertThrows(
                IOException.class,
                () -> read("audio,label\nclips/a.wav,joy,\na,b,oh, no\n\na,b,c\n"))
            .getMessage();
    assertEquals(
        temp.resolve("csv/table.csv")
            + ": line 3, 5: too many cells: expected 2, as there are columns; a cell that holds"
            + " the separator must be quoted",
        message);
  }

  private CorpusContents read(String csv) throws IOException {
    files.text("table.csv", csv);
    return csv(Map.of()).read();
  }

  private CsvCorpus csv(Map<Column, String> columns) {
    return new CsvCorpus(temp.resolve("csv/table.csv"), columns, Optional.empty(), UNKNOWN);
  }

  private static List<String> texts(CorpusContents contents) {
    return contents.utterances().stream().map(utterance -> utterance.text().orElseThrow()).toList();
  }
}
