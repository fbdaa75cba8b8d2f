package io.loramer.recognition.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final OptionalDouble NONE = OptionalDouble.empty();

  @TempDir Path folder;

  @Test
  void everyKeyIsRead() throws IOException {
    Manifest manifest =
        read(
            """
            {"id": "a", "audio": "flac/a.flac", "text": "Grüße!", "label": "anger", \
            "speaker": "03", "session": "2", "start": 0.5, "end": 2.25, \
            "channel": 1, "split": "validation", "seconds": 9}
            """);

    assertEquals(
        List.of(
            new Utterance(
                1,
                "a",
                new Clip(
                    folder.resolve("flac/a.flac"),
                    OptionalDouble.of(0.5),
                    OptionalDouble.of(2.25),
                    OptionalInt.of(1)),
                Optional.of("Grüße!"),
                "anger",
                "03",
                Optional.of("2"),
                Optional.of(Split.VALIDATION))),
        manifest.utterances());
  }

  @Test
  void absentKeysAndNullsAreEmpty() throws IOException {
    String needed = "\"audio\": \"/b/c.wav\", \"label\": \"joy\", \"speaker\": 7";
    Manifest manifest =
        read("{\"id\": 1, " + needed + "}\n{\"id\": 2, " + needed + ", \"text\": null}");

    assertEquals(
        List.of(bare(1, "1", Path.of("/b/c.wav")), bare(2, "2", Path.of("/b/c.wav"))),
        manifest.utterances());
  }

  @Test
  void byteOrderMarkBlankLinesAndWindowsLineEndsAreSkipped() throws IOException {
    Manifest manifest = read("\uFEFF" + line("a") + "\r\n \r\n\r\n" + line("b") + "\r\n");

    assertEquals(
        List.of(bare(1, "a", folder.resolve("x.wav")), bare(4, "b", folder.resolve("x.wav"))),
        manifest.utterances());
  }

  @Test
  void writtenManifestIsReadBackTheSame() throws IOException {
    Utterance full =
        new Utterance(
            1,
            "a",
            new Clip(
                folder.resolve("up/a.flac"),
                OptionalDouble.of(0.5),
                OptionalDouble.of(2),
                OptionalInt.of(0)),
            Optional.of("\"Grüße\"\n"),
            "anger",
            "03",
            Optional.of("2"),
            Optional.of(Split.TEST));
    List<Utterance> utterances = List.of(full, bare(2, "b", folder.resolve("sub/deep/b.wav")));
    Files.createDirectory(folder.resolve("sub"));
    Path file = folder.resolve("sub/out.jsonl");

    Manifest.write(file, utterances);

    assertEquals(utterances, Manifest.read(file).utterances());
    assertEquals(
        "{\"id\":\"b\",\"audio\":\"deep/b.wav\",\"label\":\"joy\",\"speaker\":\"7\"}",
        Files.readAllLines(file).get(1));
    try (var files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void recognisedWordsKeepTheirConfidenceAndMayBeEmpty() throws IOException {
    Path audio = folder.resolve("x.wav");
    List<Utterance> recognized =
        List.of(
            bare(1, "a", audio).recognized(new Transcription("SO WHAT", 0.25)),
            bare(2, "b", audio).recognized(new Transcription("", 1)));
    Path file = folder.resolve("asr.jsonl");

    Manifest.write(file, recognized);

    assertEquals(recognized, Manifest.read(file).utterances());
    assertEquals(
        "{\"id\":\"a\",\"audio\":\"x.wav\",\"text\":\"SO WHAT\",\"text_source\":\"asr\","
            + "\"text_confidence\":0.25,\"label\":\"joy\",\"speaker\":\"7\"}",
        Files.readAllLines(file).get(0));
  }

  @Test
  void transcriptsHaveNoConfidence() throws IOException {
    String line = line("a").replace("}", ", \"text\": \"So?\", \"text_confidence\": 0.5");
    assertEquals(NONE, read(line + "}").utterances().get(0).textConfidence());
    assertEquals(
        NONE,
        read(line + ", \"text_source\": \"transcript\"}").utterances().get(0).textConfidence());
  }

  @Test
  void sourceConfidenceAndTextOfRecognisedWordsAreChecked() {
    String wrong =
        (line("a") + line("b") + line("c"))
            .replaceFirst("}", ", \"text\": \"A\", \"text_source\": \"ears\"]\n")
            .replaceFirst("}", ", \"text_source\": \"asr\", \"text_confidence\": 1.5]\n")
            .replaceFirst("}", ", \"text\": \"A\", \"text_source\": \"asr\"]\n")
            .replace(']', '}');
    CorpusException e = assertThrows(CorpusException.class, () -> read(wrong));
    assertEquals(
        List.of(
            new Problem(1, "text_source: expected transcript or asr, found ears"),
            new Problem(2, "text is missing"),
            new Problem(2, "text_confidence: expected a number from 0 to 1, found number 1.5"),
            new Problem(3, "text_confidence is missing")),
        e.problems());
  }

  @Test
  void allProblemsOfTheFileAreReportedAtOnce() throws IOException {
    String wrong =
        """
        {"id": "a", "audio": "a.wav", "label": "joy", "speaker": 1}
        {"id": "b", audio: "a.wav"}
        [1]

        {"session": true}
        {"id": "a", "audio": "a.wav", "text": " ", "label": "", "speaker": 1, "split": "dev"}
        {"id": "c", "audio": "a.wav", "label": "joy", "speaker": 1, "start": 2, "end": 1.5}
        {"id": "d", "audio": "a.wav", "label": "joy", "speaker": 1, "start": "2", "end": -1}
        {"id": "e", "audio": "a.wav", "label": "joy", "label": "joy", "speaker": 1}
        {"id": "f", "audio": "a.wav", "label": "joy", "speaker": 1} {}
        {"id": "g", "audio": "a.wav", "label": "joy", "speaker": 1, "end": 0}
        {"id": "h", "audio": "a\\u0000.wav", "label": {}, "speaker": 1
        {"id": "i", "audio": "a\\u0000.wav", "label": {}, "speaker": 1}
        """;

    CorpusException e = assertThrows(CorpusException.class, () -> read(wrong));

    assertEquals(
        """
        MANIFEST: 20 problems
          line 2: not JSON at column 13: Unexpected character ('a' (code 97)): was expecting \
        double-quote to start field name
          line 3: expected a JSON object, found an array
          line 5: id is missing
          line 5: audio is missing
          line 5: label is missing
          line 5: speaker is missing
          line 5: session: expected a string or a number, found boolean true
          line 6: id: expected a unique one, found a, the id of line 1
          line 6: text is blank
          line 6: label is blank
          line 6: split: expected one of train, validation, test, found dev
          line 7: end 1.5 s is not after start 2.0 s
          line 8: start: expected seconds from 0, found string "2"
          line 8: end: expected seconds from 0, found number -1
          line 9: not JSON at column 54: Duplicate field 'label'
          line 10: not JSON at column 61: Trailing token (of type START_OBJECT) found after value
          line 11: end 0.0 s is not after start 0.0 s
          line 12: not JSON at column 62: Unexpected end-of-input: expected close marker for Object
          line 13: audio: not a path: Nul character not allowed
          line 13: label: expected a string or a number, found an object
        """
            .strip(),
        e.getMessage().replace(folder.resolve("m.jsonl").toString(), "MANIFEST"));
  }

  @Test
  void channelsAndMissingValuesThatAreNoValuesAreProblems() {
    String line = line("a").replace("}", ", ");
    String wrong =
        (line + "\"channel\": [0, 1]}\n").replace("\"a\"", "\"a1\"")
            + (line + "\"channel\": -1}\n").replace("\"a\"", "\"a2\"")
            + (line + "\"channel\": \"left\"}\n").replace("\"a\"", "\"a3\"")
            + (line + "\"channel\": null, \"text\": NaN}\n").replace("\"a\"", "\"a4\"");

    CorpusException e = assertThrows(CorpusException.class, () -> read(wrong));

    String expected = "channel: expected the number of one channel, from 0, found ";
    assertEquals(
        List.of(
            new Problem(1, expected + "an array"),
            new Problem(2, expected + "number -1"),
            new Problem(3, expected + "string \"left\""),
            new Problem(4, "text: found NaN; leave the key out where there is no value")),
        e.problems());
  }

  @Test
  void keysLikeKnownOnesAreWarnedOfOnceAndOthersAreNoted() throws IOException {
    String line = line("a").replace("}", ", ").replace("\"a\"", "\"%s\"");
    ManifestReader.Lines lines =
        lines(
            line.formatted("a")
                + "\"start_time\": 0.2, \"endTime\": 1, \"Split\": \"test\"}\n"
                + line.formatted("b")
                + "\"start\": 0.9, \"duration\": 1, \"sex\": \"f\"}\n"
                + line.formatted("c")
                + "\"offset\": 0.9, \"duration\": 1, \"sesion\": 2}\n"
                + line.formatted("d")
                + "\"split\": \"test\", \"set\": 2, \"duration\": 1, \"x\": null}\n");

    String start =
        "; the nearest known one is start, without which clips begin where their files begin";
    String end = "; the nearest known one is end, without which clips end where their files end";
    assertEquals(
        List.of(
            "the key \"duration\" is not read (2 lines: 2, 3)" + end,
            "the key \"endTime\" is not read (1 line: 1)" + end,
            "the key \"sesion\" is not read (1 line: 3); the nearest known one is session",
            "the key \"Split\" is not read (1 line: 1); the nearest known one is split",
            "the key \"offset\" is not read (1 line: 3)" + start,
            "the key \"start_time\" is not read (1 line: 1)" + start),
        lines.warnings());
    assertEquals(
        Optional.of("keys that are not read: duration (1 line), set (1 line), sex (1 line)"),
        lines.unread().note());
  }

  @ParameterizedTest
  @CsvSource({
    "Text, text", "transcript, text", "audio_path, audio", "wav, audio", "emotion, label",
    "lable, label", "speaker id, speaker", "spk_id, speaker", "spekaer, speaker", "stop, end",
    "tmin, start", "startMs, start", "chanel, channel", "utt_id, id", "text_sources, text_source"
  })
  void aNameMeansTheNearestKey(String name, String key) {
    assertEquals(Optional.of(key), UnreadKeys.nearest(name, Set.of()));
    assertEquals(
        Optional.empty(), UnreadKeys.nearest(name, new HashSet<>(List.of(key, "text", "id"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"seconds", "sex", "age", "channels", "sample_rate", "gender", "valence"})
  void otherNamesMeanNoKey(String name) {
    assertEquals(Optional.empty(), UnreadKeys.nearest(name, Set.of()));
  }

  @Test
  void otherEncodingsAndGitLfsPointersAreNamed() throws IOException {
    Path file = folder.resolve("m.jsonl");
    Files.writeString(file, "\uFEFF" + line("a"), StandardCharsets.UTF_16LE);
    assertEquals(
        file + ": expected UTF-8, found UTF-16; save it as UTF-8",
        assertThrows(IOException.class, () -> Manifest.read(file)).getMessage());

    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
    assertEquals(
        file + ": a Git LFS pointer, not the file itself; run `git lfs pull` where it came from",
        assertThrows(IOException.class, () -> Manifest.read(file)).getMessage());
  }

  @Test
  void bytesThatAreNotUtf8AreFoundInTheirLine() throws IOException {
    Path file = folder.resolve("m.jsonl");
    String latin = line("a") + "\n" + line("Grüße") + "\n";
    Files.write(file, latin.getBytes(StandardCharsets.ISO_8859_1));

    CorpusException e = assertThrows(CorpusException.class, () -> Manifest.read(file));

    assertEquals(
        List.of(new Problem(2, "not JSON at column 12: Invalid UTF-8 start byte 0xfc")),
        e.problems());
  }

  @Test
  void aManifestWithoutUtterancesIsAProblem() {
    CorpusException e = assertThrows(CorpusException.class, () -> read("\n \n"));

    assertEquals(
        List.of(new Problem(1, "expected at least one utterance, found none")), e.problems());
  }

  @Test
  void aMissingManifestAndAFolderAreNamed() {
    for (Path file : List.of(folder.resolve("none.jsonl"), folder)) {
      var e = assertThrows(NoSuchFileException.class, () -> Manifest.read(file));

      assertEquals(file + ": no such file", e.getMessage());
    }
  }

  @Test
  void atMostFiftyProblemsAreShown() {
    List<Problem> problems =
        IntStream.rangeClosed(1, 53).mapToObj(i -> new Problem(i, "p" + i)).toList();

    List<String> lines = new CorpusException(Path.of("m"), problems).getMessage().lines().toList();

    assertEquals("m: 53 problems", lines.get(0));
    assertEquals("  line 50: p50", lines.get(50));
    assertEquals(List.of("  and 3 more"), lines.subList(51, lines.size()));
  }

  private Manifest read(String content) throws IOException {
    return lines(content).requireValid();
  }

  private ManifestReader.Lines lines(String content) throws IOException {
    return new ManifestReader(Files.writeString(folder.resolve("m.jsonl"), content)).read();
  }

  private static String line(String id) {
    return "{\"id\": \"" + id + "\", \"audio\": \"x.wav\", \"label\": \"joy\", \"speaker\": 7}";
  }

  private static Utterance bare(int line, String id, Path audio) {
    return new Utterance(
        line,
        id,
        new Clip(audio, NONE, NONE),
        Optional.empty(),
        "joy",
        "7",
        Optional.empty(),
        Optional.empty());
  }
}
