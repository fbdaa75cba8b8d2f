package io.loramer.training.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.SplitConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CorpusSplitsTest {
  private static final SplitConfig NOBODY = SplitConfig.none();

  @Test
  void theManifestDividesAndUtterancesWithoutASplitAreTrainedOn() throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest(
                "a joy 03 1 train", "b fear 08 1 test", "c joy 09 1 validation", "d fear 11 2 -"),
            config(List.of(), NOBODY, NOBODY));
    assertEquals(List.of("a", "d"), ids(corpus, Split.TRAIN));
    assertEquals(List.of("c"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("b"), ids(corpus, Split.TEST));
    assertEquals(List.of("fear", "joy"), corpus.labels());
  }

  @Test
  void theConfigurationsSplitsReplaceTheManifests() throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest("a joy 03 1 test", "b fear 08 1 train", "c joy 09 2 test", "d fear 11 3 -"),
            config(
                List.of("joy", "fear"),
                new SplitConfig(List.of("03"), List.of("3")),
                new SplitConfig(List.of(), List.of("2"))));
    assertEquals(List.of("b"), ids(corpus, Split.TRAIN));
    assertEquals(List.of("a", "d"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("c"), ids(corpus, Split.TEST));
    assertEquals(List.of("joy", "fear"), corpus.labels());
  }

  @Test
  void singleUtterancesAreNamedByTheirIds() throws IOException {
    Manifest manifest = manifest("a joy 03 1 -", "b fear 03 1 -", "c joy 03 1 -");
    SplitConfig first = new SplitConfig(List.of(), List.of(), List.of("c"));
    CorpusSplits corpus = CorpusSplits.of(manifest, config(List.of(), first, NOBODY));
    assertEquals(List.of("c"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("a", "b"), ids(corpus, Split.TRAIN));

    SplitConfig unknown = new SplitConfig(List.of(), List.of(), List.of("a", "d"));
    IOException e =
        assertThrows(
            IOException.class, () -> CorpusSplits.of(manifest, config(List.of(), first, unknown)));
    assertEquals(
        "m.jsonl: data.test.utterances: expected ids of the manifest, found [d]", e.getMessage());
  }

  @Test
  void speakersOfTwoSplitsAreFound() throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest(
                "a joy 03 1 train",
                "b fear 08 1 test",
                "c joy 03 1 validation",
                "d joy 08 2 -",
                "e joy 09 1 test",
                "f joy 09 1 validation"),
            config(List.of(), NOBODY, NOBODY));
    assertEquals(Set.of("03", "08"), corpus.trainingSpeakersInOtherSplits());
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertRefused(
        config(
            List.of("joy"),
            new SplitConfig(List.of("8", "03"), List.of("9")),
            new SplitConfig(List.of("03"), List.of())),
        "m.jsonl: a belongs to data.validation and to data.test;"
            + " data.validation.speakers: expected some of [03, 08], found [8];"
            + " data.validation.sessions: expected some of [1, 2], found [9];"
            + " no utterance to choose the best epoch by: give the manifest's lines a split, or"
            + " name speakers or sessions in data.validation and data.test;"
            + " expected at least two labels, found [joy]");
  }

  @Test
  void emptyTrainingSplitIsRefused() {
    assertRefused(
        config(List.of(), new SplitConfig(List.of("03", "08"), List.of()), NOBODY),
        "m.jsonl: no utterance to train on: give the manifest's lines a split, or name speakers or"
            + " sessions in data.validation and data.test");
  }

  private static void assertRefused(DataConfig config, String message) {
    Manifest manifest = manifest("a joy 03 1 -", "b fear 08 2 -");
    IOException e = assertThrows(IOException.class, () -> CorpusSplits.of(manifest, config));
    assertEquals(message, e.getMessage());
  }

  private static DataConfig config(List<String> labels, SplitConfig validation, SplitConfig test) {
    return new DataConfig(Optional.empty(), labels, 13, validation, test);
  }

  private static List<String> ids(CorpusSplits corpus, Split split) {
    return corpus.of(split).stream().map(Utterance::id).toList();
  }

  /** Returns the manifest of lines of id, label, speaker, session and split. */
  private static Manifest manifest(String... lines) {
    List<Utterance> utterances = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      utterances.add(
          new Utterance(
              utterances.size() + 1,
              words[0],
              new Clip(Path.of("/x.wav"), OptionalDouble.empty(), OptionalDouble.empty()),
              Optional.empty(),
              words[1],
              words[2],
              Optional.of(words[3]),
              Split.of(words[4])));
    }
    return new Manifest(Path.of("m.jsonl"), utterances);
  }
}
