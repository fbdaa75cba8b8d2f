package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPerLabelTest {
  private static final Speakers INITIALS = new Speakers(Optional.of(Pattern.compile("/([a-z]+)_")));

  @TempDir Path temp;

  @Test
  void foldersAreLabelsAndTextsBesideClipsAreWords() throws IOException {
    CorpusFiles files = files();

    CorpusContents contents = new FolderPerLabel(files.folder(), INITIALS).read();

    assertEquals(Map.of("joy", 2L, "very sad", 1L), CorpusFiles.count(contents, Utterance::label));
    Utterance first = CorpusFiles.find(contents, "joy/anna_1");
    assertEquals(Optional.of("Grüße!"), first.text());
    assertEquals("anna", first.speaker());
    assertEquals("joy", CorpusFiles.find(contents, "joy/2024/ben_1.a").label());
    assertEquals(Optional.empty(), CorpusFiles.find(contents, "very sad/anna_1").text());
    assertEquals(
        List.of("clips left out because they are in no label's folder: 1 (intro.mp3)"),
        contents.notes());
  }

  @Test
  void fileNamesThatAreNotInTheLocalesCharacterSetAreRefused() throws Exception {
    CorpusFiles files = files();
    // Java cannot write a name that is not UTF-8.
    Process shell =
        new ProcessBuilder("bash", "-c", "touch joy/k$'\\xe4'se.wav")
            .directory(files.folder().toFile())
            .start();
    assertEquals(0, shell.waitFor());

    String message =
        assertThrows(IOException.class, () -> new FolderPerLabel(files.folder(), INITIALS).read())
            .getMessage();

    assertTrue(message.contains("found 1 others, the first is"), message);
    assertTrue(message.contains("joy/k\uFFFDse.wav; set LC_ALL=C.UTF-8, or rename"), message);
  }

  @Test
  void withoutAPatternTheSpeakerIsUnknownAndANoteSaysSo() throws IOException {
    CorpusContents contents =
        new FolderPerLabel(files().folder(), new Speakers(Optional.empty())).read();

    assertEquals(Map.of("unknown", 3L), CorpusFiles.count(contents, Utterance::speaker));
    assertEquals(
        "the speakers are not known, so training and test may share voices",
        contents.notes().get(1));
  }

  @Test
  void aClipThatThePatternDoesNotFitIsRefused() throws IOException {
    CorpusFiles files = files();
    files.clip("joy/CARA_1.wav");

    String message =
        assertThrows(IOException.class, () -> new FolderPerLabel(files.folder(), INITIALS).read())
            .getMessage();

    assertEquals(
        files.folder() + ": 1 problem\n  speaker: /([a-z]+)_ matches nothing in joy/CARA_1.wav",
        message);
  }

  private CorpusFiles files() throws IOException {
    CorpusFiles files = new CorpusFiles(temp.resolve("clips"));
    files.clip("joy/anna_1.wav");
    files.text("joy/anna_1.txt", "\uFEFFGrüße!\r\n");
    files.clip("joy/2024/ben_1.a.ogg");
    files.clip("very sad/anna_1.flac");
    files.text("very sad/anna_1.txt", " \n");
    files.text("very sad/.DS_Store", "macOS");
    files.text("README.md", "not a clip");
    files.clip("intro.mp3");
    return files;
  }
}
