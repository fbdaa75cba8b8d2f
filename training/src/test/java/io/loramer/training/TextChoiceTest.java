package io.loramer.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.model.head.Modality;
import io.loramer.recognition.EmotionRecognizer;
import io.loramer.recognition.audio.AudioFile;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.TextSource;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.testing.CtcFixture;
import io.loramer.recognition.testing.TinyCorpus;
import io.loramer.recognition.words.SpeechRecognizer;
import io.loramer.recognition.words.TextChoice;
import io.loramer.savedmodels.optimize.Precision;
import io.loramer.training.config.RunConfig;
import io.loramer.training.export.EmotionExport;
import io.loramer.training.run.RunFolder;
import io.loramer.training.testing.TinySetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source of the words in training and evaluation. */
@Tag("slow")
class TextChoiceTest {
  @TempDir private static Path folder;
  private static TinySetup tiny;
  private static Path recognizer;

  /** Of the sixteen utterances the first has no words, and those of the second were recognised. */
  private static List<Utterance> mixed;

  @BeforeAll
  static void convert() throws IOException {
    tiny = TinySetup.in(folder);
    recognizer = CtcFixture.convert(folder);
    List<String> lines = Files.readAllLines(tiny.manifest());
    lines.set(0, lines.get(0).replaceFirst("\"text\": \"[^\"]*\",", ""));
    lines.set(
        1,
        lines
            .get(1)
            .replaceFirst(
                "\"text\": \"[^\"]*\",",
                "\"text\": \"SO\", \"text_source\": \"asr\", \"text_confidence\": 0.5,"));
    Files.write(tiny.manifest(), lines);
    mixed = Manifest.read(tiny.manifest()).utterances();
  }

  @Test
  void missingTranscriptsAreRecognisedAndOthersKept() throws IOException {
    List<Utterance> found = used(TextSource.TRANSCRIPT, Optional.of(recognizer));
    assertEquals(recognized(mixed.get(0)), found.get(0));
    assertEquals(mixed.subList(1, 16), found.subList(1, 16));
  }

  @Test
  void missingTranscriptsAreNamedWithoutARecogniser() {
    assertRefused(
        TextSource.TRANSCRIPT,
        new Problem(1, "text: expected words, found none; add them, or give a recogniser"));
  }

  @Test
  void recognisedWordsReplaceTranscripts() throws IOException {
    List<Utterance> found = used(TextSource.ASR, Optional.of(recognizer));
    assertEquals(mixed.get(1), found.get(1)); // as it was
    for (int i = 2; i < 16; i++) {
      assertEquals(recognized(mixed.get(i)), found.get(i));
    }
  }

  @Test
  void transcriptsAreRefusedWhereRecognisedWordsAreRequired() {
    String missing = "text: expected words, found none; add them, or give a recogniser";
    String transcript = "text: expected recognised words, found a transcript; give a recogniser";
    Problem[] problems = new Problem[15];
    for (int i = 0; i < 15; i++) {
      problems[i] = new Problem(i == 0 ? 1 : i + 2, i == 0 ? missing : transcript);
    }
    assertRefused(TextSource.ASR, problems);
  }

  @Test
  void modelWithoutWordsHasNoTextEncoder() throws IOException {
    RunConfig config = tiny.worded(TextSource.NONE, Optional.empty());
    try (TrainingSetup setup = TrainingSetup.of(config, TinyCorpus::unwatched)) {
      assertEquals(Set.of(Modality.AUDIO), setup.encoders().folders().keySet());
    }
  }

  @Test
  void evaluationTakesTheWordsOfTheChosenSource() throws IOException {
    Path run = folder.resolve("run");
    Trainer.start(
        tiny.worded(TextSource.TRANSCRIPT, Optional.of(recognizer)).untrained(),
        run,
        TinyCorpus::unwatched);
    Path model = folder.resolve("model");
    EmotionExport.write(new RunFolder(run), model, EmotionExport.Lora.MERGED, Precision.FLOAT32);
    Manifest corpus = Manifest.read(tiny.manifest());
    try (EmotionRecognizer emotions = EmotionRecognizer.load(model)) {
      for (TextSource source : TextSource.values()) {
        TextChoice words = new TextChoice(source, Optional.of(recognizer));
        List<Prediction> found = emotions.evaluate(corpus, Optional.empty(), words);
        for (int i : new int[] {0, 1, 2}) {
          Utterance utterance = mixed.get(i);
          String text =
              switch (source) {
                case NONE -> "";
                case TRANSCRIPT -> (i == 0 ? recognized(utterance) : utterance).text().get();
                case ASR -> (i == 1 ? utterance : recognized(utterance)).text().get();
              };
          Waveform waveform = AudioFile.read(utterance.clip().file());
          assertEquals(
              emotions.recognize(waveform, Optional.of(text)).probabilities().get("anger"),
              found.get(i).recognized().probabilities().get("anger"),
              1e-5f);
        }
      }
    }
  }

  private static Utterance recognized(Utterance utterance) throws IOException {
    try (SpeechRecognizer loaded = SpeechRecognizer.load(recognizer)) {
      return utterance.recognized(loaded.recognize(AudioFile.read(utterance.clip().file())));
    }
  }

  /** Returns the utterances that a run would train with, validate by and test. */
  private static List<Utterance> used(TextSource source, Optional<Path> recognizer)
      throws IOException {
    try (TrainingSetup setup =
        TrainingSetup.of(tiny.worded(source, recognizer), TinyCorpus::unwatched)) {
      return setup.corpus().splits().all();
    }
  }

  private static void assertRefused(TextSource source, Problem... problems) {
    CorpusException e = assertThrows(CorpusException.class, () -> used(source, Optional.empty()));
    assertEquals(List.of(problems), e.problems());
  }
}
