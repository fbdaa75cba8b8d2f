package io.loramer.training.corpora;

import io.loramer.training.corpora.NamedClips.Meaning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CREMA-D, the Crowd-sourced Emotional Multimodal Actors Dataset: 91 actors, six emotions, twelve
 * sentences. The labels are the emotions that the actors were asked to express.
 *
 * <p>Names are actor, sentence, emotion and level.
 *
 * @param folder the whole corpus, of which {@code AudioWAV} is used (the other folders hold the
 *     same takes), or a folder of clips
 * @see <a href="https://github.com/CheyneyComputerScience/CREMA-D">its repository</a>
 */
public record CremaD(Path folder) implements Corpus {
  private static final Map<String, String> EMOTIONS =
      Map.of(
          "ANG", "anger",
          "DIS", "disgust",
          "FEA", "fear",
          "HAP", "happiness",
          "NEU", "neutral",
          "SAD", "sadness");

  private static final Map<String, String> SENTENCES =
      Map.ofEntries(
          Map.entry("DFA", "Don't forget a jacket."),
          Map.entry("IEO", "It's eleven o'clock."),
          Map.entry("IOM", "I'm on my way to the meeting."),
          Map.entry("ITH", "I think I have a doctor's appointment."),
          Map.entry("ITS", "I think I've seen this before."),
          Map.entry("IWL", "I would like a new alarm clock."),
          Map.entry("IWW", "I wonder what this is about."),
          Map.entry("MTI", "Maybe tomorrow it will be cold."),
          Map.entry("TAI", "The airplane is almost full."),
          Map.entry("TIE", "That is exactly what happened."),
          Map.entry("TSI", "The surface is slick."),
          Map.entry("WSI", "We'll stop in a couple of minutes."));

  /** One name of the corpus ends in X instead of XX. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?<actor>\\d{4})_(?<sentence>%s)_(?<emotion>%s)_(LO|MD|HI|XX?)"
              .formatted(
                  String.join("|", SENTENCES.keySet()), String.join("|", EMOTIONS.keySet())));

  @Override
  public CorpusContents read() throws IOException {
    Path wav = folder.resolve("AudioWAV");
    Path clips = Files.isDirectory(wav) ? wav : folder;
    return NamedClips.read(clips, NAME, "1001_DFA_ANG_XX", CremaD::meaning);
  }

  private static Meaning meaning(Matcher name) {
    return new Meaning(
        name.group("actor"),
        SENTENCES.get(name.group("sentence")),
        EMOTIONS.get(name.group("emotion")));
  }
}
