package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LabelChoiceTest {
  private static final CorpusContents CORPUS =
      new CorpusContents(
          Stream.of("joy", "calm", "fear", "calm").map(LabelChoiceTest::labelled).toList(),
          List.of("a note"));

  @Test
  void labelsAreRenamedAndThenKept() throws IOException {
    CorpusContents chosen =
        new LabelChoice(List.of("neutral", "joy", "anger"), Map.of("calm", "neutral")).of(CORPUS);

    assertEquals(
        List.of("joy", "neutral", "neutral"),
        chosen.utterances().stream().map(Utterance::label).toList());
    assertEquals(
        List.of(
            "a note",
            "no utterance has the label anger",
            "utterances left out because of their labels: 1 {fear=1}"),
        chosen.notes());
  }

  @Test
  void renamedLabelsThatNoUtteranceHasAreNoted() throws IOException {
    CorpusContents chosen =
        new LabelChoice(List.of("fear"), Map.of("clam", "calm", "fear", "x", "joy", "fear"))
            .of(CORPUS);

    assertEquals(
        List.of(
            "a note",
            "no utterance has the label clam that is renamed",
            "utterances left out because of their labels: 2 {calm=2}"),
        chosen.notes());
  }

  @Test
  void allLabelsAreKeptWhereNoneIsNamed() throws IOException {
    assertEquals(CORPUS, LabelChoice.ALL.of(CORPUS));
  }

  @Test
  void nothingLeftIsRefusedWithWhatThereIs() {
    LabelChoice misspelt = new LabelChoice(List.of("Joy"), Map.of());
    assertEquals(
        "labels: expected some of [calm, fear, joy], which the corpus has, found [Joy]",
        assertThrows(IOException.class, () -> misspelt.of(CORPUS)).getMessage());
  }

  private static Utterance labelled(String label) {
    return new Utterance(
        0,
        "x",
        Clip.whole(Path.of("/x.wav")),
        Optional.empty(),
        label,
        "7",
        Optional.empty(),
        Optional.empty());
  }
}
