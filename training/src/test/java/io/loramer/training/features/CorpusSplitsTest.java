package io.loramer.training.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.DataConfig.MarkedTest;
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
  void theConfigurationsSplitsReplaceTheManifestsButMarkedTestIsNeverUsedOtherwise()
      throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest("a joy 03 1 test", "b fear 08 1 train", "c joy 09 2 test", "d fear 11 3 -"),
            config(
                List.of("joy", "fear"),
                new SplitConfig(List.of("03"), List.of("3")),
                new SplitConfig(List.of(), List.of("2"))));
    assertEquals(List.of("b"), ids(corpus, Split.TRAIN));
    assertEquals(List.of("d"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("c"), ids(corpus, Split.TEST));
    assertEquals(List.of("a"), corpus.leftOut().stream().map(Utterance::id).toList());
    assertEquals(List.of("joy", "fear"), corpus.labels());
    assertEquals(
        List.of(
            "in no split, since data.test names others: 1 utterance that the manifest marks test"
                + " (a)",
            "named by data.validation, but not taken into the validation split: 1 utterance that"
                + " the manifest marks test (a)"),
        corpus.markWarnings());
  }

  @Test
  void validationOfTheConfigurationLeavesTheManifestsTestSplitAsItIs() throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest(
                "a joy 03 1 test",
                "b fear 08 1 train",
                "c joy 09 2 validation",
                "d fear 11 3 -",
                "e joy 11 3 test"),
            config(List.of(), new SplitConfig(List.of("11"), List.of()), NOBODY));
    assertEquals(List.of("b", "c"), ids(corpus, Split.TRAIN));
    assertEquals(List.of("d"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("a", "e"), ids(corpus, Split.TEST));
    assertEquals(
        List.of(
            "named by data.validation, but not taken into the validation split: 1 utterance that"
                + " the manifest marks test (e)",
            "trained on, since data.validation names others: 1 utterance that the manifest marks"
                + " validation (c)"),
        corpus.markWarnings());
  }

  @Test
  void testOfTheConfigurationLeavesTheManifestsValidationSplitAsItIs() throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest(
                "a joy 03 1 test",
                "b fear 08 1 train",
                "c joy 09 2 validation",
                "d fear 11 3 -",
                "e joy 11 3 test",
                "f joy 11 4 validation"),
            config(List.of(), NOBODY, new SplitConfig(List.of("11"), List.of())));
    assertEquals(List.of("b"), ids(corpus, Split.TRAIN));
    assertEquals(List.of("c"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("d", "e", "f"), ids(corpus, Split.TEST));
    assertEquals(
        List.of(
            "in no split, since data.test names others: 1 utterance that the manifest marks test"
                + " (a)"),
        corpus.markWarnings());
  }

  @Test
  void markedTestCanBeLeftOutWhateverTheConfigurationNames() throws IOException {
    SplitConfig named = new SplitConfig(List.of("03"), List.of());
    DataConfig data =
        config(List.of(), new SplitConfig(List.of("09"), List.of()), named)
            .withMarkedTest(MarkedTest.LEFT_OUT);
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest(
                "a calm 03 1 test",
                "b fear 08 1 train",
                "c joy 09 2 validation",
                "d fear 03 3 -",
                "e joy 09 3 test"),
            data);
    assertEquals(List.of("b"), ids(corpus, Split.TRAIN));
    assertEquals(List.of("c"), ids(corpus, Split.VALIDATION));
    assertEquals(List.of("d"), ids(corpus, Split.TEST));
    assertEquals(List.of("fear", "joy"), corpus.labels());
    assertEquals(
        List.of(
            "in no split, since data.marked_test is left_out: 2 utterances that the manifest marks"
                + " test (a, e)"),
        corpus.markWarnings());
  }

  @Test
  void validationThatNamesOnlyMarkedTestIsRefused() {
    Manifest manifest = manifest("a joy 03 1 test", "b fear 08 2 -");
    DataConfig config = config(List.of(), new SplitConfig(List.of("03"), List.of()), NOBODY);
    IOException e = assertThrows(IOException.class, () -> CorpusSplits.of(manifest, config));
    assertTrue(
        e.getMessage()
            .contains(
                "no utterance to choose the best epoch by: data.validation names none that is not"
                    + " tested; name others"),
        e.getMessage());
  }

  @Test
  void earlierVersionsTrainedOnMarkedTestIfTheConfigurationNamedAnySplit() {
    Manifest manifest = manifest("a joy 03 1 test", "b fear 08 2 -", "c joy 09 2 -");
    SplitConfig named = new SplitConfig(List.of("09"), List.of());
    SplitConfig marked = new SplitConfig(List.of("03"), List.of());
    assertFalse(CorpusSplits.onceTrainedOnMarkedTest(manifest, config(List.of(), NOBODY, NOBODY)));
    assertTrue(CorpusSplits.onceTrainedOnMarkedTest(manifest, config(List.of(), named, NOBODY)));
    assertFalse(CorpusSplits.onceTrainedOnMarkedTest(manifest, config(List.of(), named, marked)));
  }

  @Test
  void labelsThatAreNotTrainedAndSplitsOfOneLabelAreNamed() throws IOException {
    CorpusSplits corpus =
        CorpusSplits.of(
            manifest(
                "a joy 03 1 train",
                "b fear 08 1 train",
                "c surprise 09 2 test",
                "d joy 09 2 test",
                "e fear 11 3 validation",
                "f fear 11 3 validation"),
            config(List.of("fear", "joy", "surprise", "calm"), NOBODY, NOBODY));
    assertEquals(
        List.of(
            "no utterance to train on has the label surprise (1 of 2 to test with, 0 of 2 to choose"
                + " the epoch by), calm (0 of 2 to test with, 0 of 2 to choose the epoch by): the"
                + " model cannot learn it; its recall of 0 lowers the UA of a split that has it",
            "every utterance to choose the epoch by has the label fear: the UA is its recall, 1.0"
                + " for a constant answer"),
        corpus.labelWarnings());
  }

  @Test
  void aCorpusWithAllLabelsInAllSplitsHasNoWarnings() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String split : List.of("train", "validation", "test")) {
      lines.add(split + "1 joy 03 1 " + split);
      lines.add(split + "2 fear 03 1 " + split);
    }
    CorpusSplits corpus =
        CorpusSplits.of(manifest(lines.toArray(String[]::new)), config(List.of(), NOBODY, NOBODY));
    assertEquals(List.of(), corpus.warnings());
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
            + " no utterance to choose the best epoch by: data.validation names none that is not"
            + " tested; name others;"
            + " expected at least two labels, found [joy]");
  }

  @Test
  void emptyTrainingSplitIsRefused() {
    assertRefused(
        config(List.of(), new SplitConfig(List.of("03", "08"), List.of()), NOBODY),
        "m.jsonl: no utterance to train on: give some of the manifest's lines the split train or"
            + " none, and leave some out of data.validation and data.test");
  }

  @Test
  void missingValidationIsRefusedWithWhatToWrite() throws IOException {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                CorpusSplits.of(
                    manifest("a joy 03 1 train", "b fear 08 2 test"),
                    config(List.of(), NOBODY, NOBODY)));
    assertEquals(
        "m.jsonl: no utterance to choose the best epoch by: give some of the manifest's lines the"
            + " split validation, or name speakers or sessions in data.validation",
        e.getMessage());
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
