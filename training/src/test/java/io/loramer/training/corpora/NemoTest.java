package io.loramer.training.corpora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Utterance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NemoTest {
  private static final String HEADER =
      "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n";

  @TempDir Path temp;

  @Test
  void blanksAroundSpeakersAndQuotesInWordsAreAsInTheCorpus() throws IOException {
    CorpusFiles files = new CorpusFiles(temp.resolve("nEMO"));
    files.text(
        "data.tsv",
        HEADER
            + "KS0_surprised_38.wav\tsurprised\t„Ród smoka” to \"serial\".\tx\t        KS0\tmale\t23\n"
            + "EB0_anger_1.wav\tanger\t\"Lubię, czytać.\tx\t        EB0\tfemale\t27\n");
    files.clip("samples/KS0_surprised_38.wav");
    files.clip("samples/EB0_anger_1.wav");

    CorpusContents contents = new Nemo(files.folder()).read();

    Utterance first = contents.utterances().get(0);
    assertEquals("KS0_surprised_38", first.id());
    assertEquals("surprise", first.label());
    assertEquals("KS0", first.speaker());
    assertEquals(Optional.of("„Ród smoka” to \"serial\"."), first.text());
    Utterance second = contents.utterances().get(1);
    assertEquals("anger", second.label());
    assertEquals(Optional.of("\"Lubię, czytać."), second.text());
  }

  @Test
  void anotherTableIsRefusedWithItsColumns() throws IOException {
    new CorpusFiles(temp).text("data.tsv", "file\temotion\nx\ty\n");

    String message = assertThrows(IOException.class, () -> new Nemo(temp).read()).getMessage();

    String start = temp.resolve("data.tsv") + ": expected the columns [";
    assertTrue(message.startsWith(start) && message.endsWith("], found [file, emotion]"), message);
  }
}
