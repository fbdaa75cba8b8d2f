package io.loramer.training.corpora;

import io.loramer.training.corpora.NamedClips.Meaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TESS, the Toronto Emotional Speech Set: two actresses, seven emotions, 200 words in one sentence.
 * Its surprise is a pleasant one.
 *
 * <p>Names are speaker, word and emotion. Some copies write the emotion otherwise, in upper case,
 * or with a number behind it, and some begin with the name of a part: {@code
 * 109testOAF_goose_angry5}.
 *
 * @param folder holds the clips, in folders of any depth
 * @see <a href="https://doi.org/10.5683/SP2/E8H2MF">doi.org/10.5683/SP2/E8H2MF</a>
 */
public record Tess(Path folder) implements Corpus {
  private static final Map<String, String> EMOTIONS =
      Map.ofEntries(
          Map.entry("angry", "anger"),
          Map.entry("anger", "anger"),
          Map.entry("disgust", "disgust"),
          Map.entry("disgusted", "disgust"),
          Map.entry("fear", "fear"),
          Map.entry("fearful", "fear"),
          Map.entry("happy", "happiness"),
          Map.entry("happiness", "happiness"),
          Map.entry("neutral", "neutral"),
          Map.entry("ps", "surprise"),
          Map.entry("pleasant_surprise", "surprise"),
          Map.entry("pleasant_surprised", "surprise"),
          Map.entry("surprise", "surprise"),
          Map.entry("surprised", "surprise"),
          Map.entry("sad", "sadness"),
          Map.entry("sadness", "sadness"));

  /** In some copies of the corpus a file's name begins with OA. */
  private static final Pattern NAME =
      Pattern.compile(
          ".*(?<speaker>[OY]A)F?_(?<word>[^_]+)_(?<emotion>%s)[ _-]?[(]?\\d*[)]?"
              .formatted(String.join("|", EMOTIONS.keySet())),
          Pattern.CASE_INSENSITIVE);

  @Override
  public CorpusContents read() throws IOException {
    return NamedClips.read(folder, NAME, "OAF_back_angry", Tess::meaning);
  }

  private static Meaning meaning(Matcher name) {
    return new Meaning(
        name.group("speaker").toUpperCase(Locale.ROOT) + "F",
        "Say the word " + name.group("word").toLowerCase(Locale.ROOT) + ".",
        EMOTIONS.get(name.group("emotion").toLowerCase(Locale.ROOT)));
  }
}
