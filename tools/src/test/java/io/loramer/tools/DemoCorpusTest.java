package io.loramer.tools;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Checks the corpus of the demo against its README. */
class DemoCorpusTest {
  private static final Path FOLDER = Path.of("demo/emodb").toAbsolutePath();

  @Test
  void classesAreBalancedInEachSplit() throws IOException {
    Map<Split, Map<String, Long>> counts =
        utterances().stream()
            .collect(
                groupingBy(u -> u.split().orElseThrow(), groupingBy(Utterance::label, counting())));

    assertEquals(
        Map.of(Split.TRAIN, each(20), Split.VALIDATION, each(6), Split.TEST, each(10)), counts);
  }

  @Test
  void noSpeakerIsInTwoSplits() throws IOException {
    Map<Split, Set<String>> speakers =
        utterances().stream()
            .collect(
                groupingBy(u -> u.split().orElseThrow(), mapping(Utterance::speaker, toSet())));

    assertEquals(
        Map.of(
            Split.TRAIN, Set.of("11", "12", "13", "14", "15", "16"),
            Split.VALIDATION, Set.of("09", "10"),
            Split.TEST, Set.of("03", "08")),
        speakers);
  }

  @Test
  void theDemosExamplesAreTheFirstTestClipOfEachEmotion() throws IOException {
    List<String> ids =
        DemoCommand.examples(Manifest.read(FOLDER.resolve("manifest.jsonl"))).stream()
            .map(Utterance::id)
            .toList();
    assertEquals(List.of("03a01Fa", "03a02Nc", "03a02Ta", "03a02Wc"), ids);
  }

  @Test
  void allEmotionsHaveTheSameTenSentences() throws IOException {
    Map<String, Set<String>> sentences =
        utterances().stream()
            .collect(groupingBy(Utterance::label, mapping(u -> u.text().orElseThrow(), toSet())));
    assertEquals(1, Set.copyOf(sentences.values()).size());
    assertEquals(10, sentences.get("anger").size());
  }

  @Test
  void clipsAreThoseOfTheManifestAndAtMostEightMegabytes() throws IOException {
    long bytes = 0;
    try (var files = Files.list(FOLDER.resolve("flac"))) {
      Set<Path> clips = files.collect(toSet());
      assertEquals(utterances().stream().map(u -> u.clip().file()).collect(toSet()), clips);
      for (Path clip : clips) {
        bytes += Files.size(clip);
      }
    }
    assertTrue(bytes <= 8_000_000, bytes + " bytes");
  }

  private static List<Utterance> utterances() throws IOException {
    return Manifest.read(FOLDER.resolve("manifest.jsonl")).utterances();
  }

  private static Map<String, Long> each(long count) {
    return Map.of("anger", count, "happiness", count, "neutral", count, "sadness", count);
  }
}
