package io.loramer.training.corpora;

import io.loramer.training.corpora.NamedClips.Meaning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TESS, the Toronto Emotional Speech Set: two actresses, seven emotions, 200 words in one sentence.
 * Its surprise is a pleasant one.
 *
 * <p>Names are speaker, word and emotion.
 *
 * @param folder holds the clips, in folders of any depth
 * @see <a href="https://doi.org/10.5683/SP2/E8H2MF">doi.org/10.5683/SP2/E8H2MF</a>
 */
public record Tess(Path folder) implements Corpus {
  private static final Map<String, String> EMOTIONS =
      Map.of(
          "angry", "anger",
          "disgust", "disgust",
          "fear", "fear",
          "happy", "happiness",
          "neutral", "neutral",
          "ps", "surprise",
          "sad", "sadness");

  /** In some copies of the corpus a file's name begins with OA. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?<speaker>[OY]A)F?_(?<word>[^_]+)_(?<emotion>%s)"
              .formatted(String.join("|", EMOTIONS.keySet())));

  @Override
  public CorpusContents read() throws IOException {
    return NamedClips.read(folder, NAME, "OAF_back_angry", Tess::meaning);
  }

  private static Meaning meaning(Matcher name) {
    return new Meaning(
        name.group("speaker") + "F",
        "Say the word " + name.group("word") + ".",
        EMOTIONS.get(name.group("emotion")));
  }
}
