package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The corpora whose file names contain speaker, sentence and emotion. */
class NamedClipsTest {
  @TempDir Path temp;
  private Path corpus;
  private CorpusFiles files;

  @BeforeEach
  void name() {
    corpus = temp.resolve("corpus");
    files = new CorpusFiles(corpus);
  }

  @Test
  void ravdessIsReadWithoutSongsAndSilentVideos() throws IOException {
    files.clip("Actor_01/03-01-05-02-02-01-01.wav");
    files.clip("Actor_24/03-01-02-01-01-02-24.wav");
    files.clip("Video_Speech_Actor_07/Actor_07/01-01-08-01-01-01-07.mp4");
    files.clip("Video_Speech_Actor_07/Actor_07/02-01-08-01-01-01-07.mp4");
    files.clip("Actor_24/03-02-02-01-01-02-24.wav");
    files.clip("Actor_24/._03-01-02-01-01-02-24.wav");

    CorpusContents contents = new Ravdess(corpus).read();

    assertEquals(
        List.of(
            "03-01-05-02-02-01-01 anger Actor_01 Dogs are sitting by the door.",
            "03-01-02-01-01-02-24 calm Actor_24 Kids are talking by the door.",
            "01-01-08-01-01-01-07 surprise Actor_07 Kids are talking by the door."),
        lines(contents));
    assertEquals(
        List.of(
            "clips left out because their names are not like 03-01-05-01-02-01-24: 2"
                + " (03-02-02-01-01-02-24, 02-01-08-01-01-01-07)"),
        contents.notes());
  }

  /** RAVDESS and TESS on Kaggle contain a second copy of the corpus. */
  @Test
  void aClipThatIsThereTwiceCountsOnce() throws IOException {
    files.clip("Actor_01/03-01-05-02-02-01-01.wav");
    files.clip("audio_speech_actors_01-24/Actor_01/03-01-05-02-02-01-01.wav");

    CorpusContents contents = new Ravdess(corpus).read();

    assertEquals(1, contents.utterances().size());
    assertEquals(
        List.of(
            "utterances that are there more than once, of which the first is used: 1"
                + " (03-01-05-02-02-01-01)"),
        contents.notes());
  }

  @Test
  void ravdessFilmsAreLeftOutWhereTheSoundOfTheTakeIsThere() throws IOException {
    files.clip("Actor_07/03-01-08-01-01-01-07.wav");
    files.film("Actor_07/01-01-08-01-01-01-07.mp4");
    files.film("Actor_07/01-01-08-01-01-02-07.mp4");

    CorpusContents contents = new Ravdess(corpus).read();

    assertEquals(
        List.of("01-01-08-01-01-02-07", "03-01-08-01-01-01-07"),
        contents.utterances().stream().map(Utterance::id).toList());
    assertEquals(
        List.of(
            "films left out because the sound of the same take is there: 1"
                + " (01-01-08-01-01-01-07)"),
        contents.notes());
  }

  @Test
  void clipsThatAreGitLfsPointersAreLeftOut() throws IOException {
    files.clip("wav/03a01Wa.wav");
    files.text("wav/03a01Fa.wav", "version https://git-lfs.github.com/spec/v1\noid x\n");

    CorpusContents contents = new EmoDb(corpus).read();

    assertEquals(Map.of("anger", 1L), CorpusFiles.count(contents, Utterance::label));
    assertEquals(
        List.of(
            "utterances left out because their clips are Git LFS pointers, not sound; run `git lfs"
                + " pull` in the corpus: 1 (03a01Fa)"),
        contents.notes());
  }

  @Test
  void emoDbHasAGermanLetterForEachEmotion() throws IOException {
    for (String name : "03a01Wa 08a02Lb 09a04Ea 10a05Ac 11a07Fa 12b01Tb 16b10Nd".split(" ", -1)) {
      files.clip("wav/" + name + ".wav");
    }
    files.clip("wav/03a03Wa.wav"); // there is no third sentence

    CorpusContents contents = new EmoDb(corpus).read();

    assertEquals(
        List.of(
            "03a01Wa anger 03 Der Lappen liegt auf dem Eisschrank.",
            "08a02Lb boredom 08 Das will sie am Mittwoch abgeben.",
            "09a04Ea disgust 09 Heute abend könnte ich es ihm sagen.",
            "10a05Ac fear 10 Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
            "11a07Fa happiness 11 In sieben Stunden wird es soweit sein.",
            "12b01Tb sadness 12 Was sind denn das für Tüten, die da unter dem Tisch stehen?",
            "16b10Nd neutral 16 Die wird auf dem Platz sein, wo wir sie immer hinlegen."),
        lines(contents));
    assertEquals(
        List.of("clips left out because their names are not like 03a01Fa: 1 (03a03Wa)"),
        contents.notes());
  }

  @Test
  void cremaDIsItsWavFolder() throws IOException {
    files.clip("AudioWAV/1001_DFA_ANG_XX.wav");
    files.clip("AudioWAV/1040_ITH_SAD_X.wav"); // as one file of the corpus is called
    files.clip("AudioWAV/1091_IEO_FEA_HI.wav");
    files.clip("AudioMP3/1001_DFA_ANG_XX.mp3");
    files.clip("VideoFlash/1001_DFA_ANG_XX.flv");

    CorpusContents contents = new CremaD(corpus).read();

    assertEquals(
        List.of(
            "1001_DFA_ANG_XX anger 1001 Don't forget a jacket.",
            "1040_ITH_SAD_X sadness 1040 I think I have a doctor's appointment.",
            "1091_IEO_FEA_HI fear 1091 It's eleven o'clock."),
        lines(contents));
    assertEquals(List.of(), contents.notes());
    assertEquals(lines(contents), lines(new CremaD(corpus.resolve("AudioWAV")).read()));
  }

  @Test
  void tessHasPleasantSurpriseAndOneMisspeltSpeaker() throws IOException {
    files.clip("OAF_Pleasant_surprise/OAF_back_ps.wav");
    files.clip("OAF_neutral/OA_bite_neutral.wav");
    files.clip("YAF_sad/YAF_youth_sad.wav");

    assertEquals(
        List.of(
            "OAF_back_ps surprise OAF Say the word back.",
            "OA_bite_neutral neutral OAF Say the word bite.",
            "YAF_youth_sad sadness YAF Say the word youth."),
        lines(new Tess(corpus).read()));
  }

  /** Namings of copies on the web. */
  @ParameterizedTest
  @CsvSource({
    "109testOAF_goose_angry5.flac, anger, OAF, goose",
    "12trainYAF_back_ps8.wav, surprise, YAF, back",
    "yaf_dog_Happy.wav, happiness, YAF, dog",
    "OAF_bite_pleasant_surprised.wav, surprise, OAF, bite",
    "OA_bite_neutral (1).wav, neutral, OAF, bite",
    "YAF_home_fearful_02.wav, fear, YAF, home"
  })
  void tessIsReadInOtherNamings(String name, String label, String speaker, String word)
      throws IOException {
    files.clip(name);

    Utterance utterance = new Tess(corpus).read().utterances().get(0);

    assertEquals(label, utterance.label());
    assertEquals(speaker, utterance.speaker());
    assertEquals(Optional.of("Say the word " + word + "."), utterance.text());
  }

  @Test
  void aLinkToTheCorpusAndCapitalExtensionsWork() throws IOException {
    files.clip("wav/03a01Wa.WAV");
    Path link = Files.createSymbolicLink(temp.resolve("link"), corpus);

    CorpusContents contents = new EmoDb(link).read();

    assertEquals(Map.of("anger", 1L), CorpusFiles.count(contents, Utterance::label));
  }

  @Test
  void aFolderOfSomethingElseIsRefusedWithWhatIsInIt() throws IOException {
    files.clip("speech.wav");

    IOException e = assertThrows(IOException.class, () -> new Tess(corpus).read());

    assertEquals(
        corpus
            + ": found no utterance; expected clips with names like OAF_back_angry"
            + " (clips left out because their names are not like OAF_back_angry: 1 (speech))",
        e.getMessage());
  }

  private static List<String> lines(CorpusContents contents) {
    return contents.utterances().stream()
        .map(u -> String.join(" ", u.id(), u.label(), u.speaker(), u.text().orElseThrow()))
        .toList();
  }
}
