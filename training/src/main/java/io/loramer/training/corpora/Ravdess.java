package io.loramer.training.corpora;

import static java.util.stream.Collectors.toSet;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.corpora.NamedClips.Meaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * RAVDESS, the Ryerson Audio-Visual Database of Emotional Speech and Song: 24 actors, eight
 * emotions, two sentences.
 *
 * <p>Names are modality, channel, emotion, intensity, statement, repetition and actor. Only speech
 * (channel 01) with audio (modality 01 or 03) is used; songs and silent videos are left out, and so
 * are films (modality 01) where the sound of the same take is there too.
 *
 * @param folder holds the clips, in folders of any depth
 * @see <a href="https://zenodo.org/records/1188976">zenodo.org/records/1188976</a>
 */
public record Ravdess(Path folder) implements Corpus {
  private static final Pattern NAME =
      Pattern.compile(
          "0[13]-01-(?<emotion>0[1-8])-0[12]-(?<statement>0[12])-0[12]-(?<actor>\\d\\d)");

  private static final String SOUND = "03";

  private static final Map<String, String> EMOTIONS =
      Map.of(
          "01", "neutral",
          "02", "calm",
          "03", "happiness",
          "04", "sadness",
          "05", "anger",
          "06", "fear",
          "07", "disgust",
          "08", "surprise");

  private static final Map<String, String> STATEMENTS =
      Map.of("01", "Kids are talking by the door.", "02", "Dogs are sitting by the door.");

  @Override
  public CorpusContents read() throws IOException {
    CorpusContents all = NamedClips.read(folder, NAME, "03-01-05-01-02-01-24", Ravdess::meaning);
    Set<String> takesWithSound =
        all.utterances().stream()
            .map(Utterance::id)
            .filter(id -> id.startsWith(SOUND))
            .map(Ravdess::take)
            .collect(toSet());
    List<Utterance> once = new ArrayList<>();
    List<String> films = new ArrayList<>();
    for (Utterance utterance : all.utterances()) {
      String id = utterance.id();
      if (id.startsWith(SOUND) || !takesWithSound.contains(take(id))) {
        once.add(utterance);
      } else {
        films.add(id);
      }
    }
    List<String> notes = new ArrayList<>(all.notes());
    if (!films.isEmpty()) {
      notes.add(
          Findings.counted("films left out because the sound of the same take is there", films));
    }
    return new CorpusContents(once, notes);
  }

  /** Returns a name without its modality. */
  private static String take(String id) {
    return id.substring(SOUND.length());
  }

  private static Meaning meaning(Matcher name) {
    return new Meaning(
        "Actor_" + name.group("actor"),
        STATEMENTS.get(name.group("statement")),
        EMOTIONS.get(name.group("emotion")));
  }
}
