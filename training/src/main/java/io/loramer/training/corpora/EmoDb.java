package io.loramer.training.corpora;

import io.loramer.training.corpora.NamedClips.Meaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * EmoDB, the Berlin Database of Emotional Speech: ten actors, seven emotions, ten German sentences.
 *
 * <p>Names are speaker, sentence, emotion (a letter of its German word) and version.
 *
 * @param folder holds the clips, in folders of any depth
 * @see <a href="http://emodb.bilderbar.info">emodb.bilderbar.info</a>
 */
public record EmoDb(Path folder) implements Corpus {
  private static final Map<String, String> EMOTIONS =
      Map.of(
          "W", "anger",
          "L", "boredom",
          "E", "disgust",
          "A", "fear",
          "F", "happiness",
          "T", "sadness",
          "N", "neutral");

  private static final Map<String, String> SENTENCES =
      Map.of(
          "a01", "Der Lappen liegt auf dem Eisschrank.",
          "a02", "Das will sie am Mittwoch abgeben.",
          "a04", "Heute abend könnte ich es ihm sagen.",
          "a05", "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
          "a07", "In sieben Stunden wird es soweit sein.",
          "b01", "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
          "b02", "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
          "b03",
              "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
          "b09", "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
          "b10", "Die wird auf dem Platz sein, wo wir sie immer hinlegen.");

  private static final Pattern NAME =
      Pattern.compile(
          "(?<speaker>\\d\\d)(?<sentence>%s)(?<emotion>[%s])[a-z]"
              .formatted(String.join("|", SENTENCES.keySet()), String.join("", EMOTIONS.keySet())));

  @Override
  public CorpusContents read() throws IOException {
    return NamedClips.read(folder, NAME, "03a01Fa", EmoDb::meaning);
  }

  private static Meaning meaning(Matcher name) {
    return new Meaning(
        name.group("speaker"),
        SENTENCES.get(name.group("sentence")),
        EMOTIONS.get(name.group("emotion")));
  }
}
