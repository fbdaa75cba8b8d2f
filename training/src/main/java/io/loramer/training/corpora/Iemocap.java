package io.loramer.training.corpora;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * IEMOCAP, the Interactive Emotional Dyadic Motion Capture Database: ten actors, in pairs, in five
 * sessions.
 *
 * <p>The labels are those of the majority of raters, including {@code other} and {@code undecided}.
 * Usually four classes are used, with excitement as happiness: 5531 utterances of 10,039. If the
 * folder holds another number of them, a note states the difference.
 *
 * @param folder {@code IEMOCAP_full_release}, with {@code Session1} to {@code Session5}
 * @see <a href="https://sail.usc.edu/iemocap/">sail.usc.edu/iemocap</a>
 */
public record Iemocap(Path folder) implements Corpus {
  private static final Map<String, String> EMOTIONS =
      Map.ofEntries(
          Map.entry("ang", "anger"),
          Map.entry("dis", "disgust"),
          Map.entry("exc", "excitement"),
          Map.entry("fea", "fear"),
          Map.entry("fru", "frustration"),
          Map.entry("hap", "happiness"),
          Map.entry("neu", "neutral"),
          Map.entry("oth", "other"),
          Map.entry("sad", "sadness"),
          Map.entry("sur", "surprise"),
          Map.entry("xxx", "undecided"));

  /** {@code Ses01F_impro01_M000}: a dialogue, then the speaker. */
  private static final Pattern ID =
      Pattern.compile("(?<dialogue>Ses0(?<session>[1-5])[FM]_\\w+)_(?<who>[FM])\\d+");

  /** {@code Ses01F_impro01_M000 [017.6000-020.6264]: words}; words may hold brackets too. */
  private static final Pattern SPOKEN = Pattern.compile("(?<id>\\S+) \\[[^\\]]*\\]:(?<words>.*)");

  @Override
  public LabelChoice usualLabels() {
    return new LabelChoice(
        List.of("anger", "happiness", "neutral", "sadness"), Map.of("excitement", "happiness"));
  }

  @Override
  public CorpusContents read() throws IOException {
    ClipFiles.requireFolder(folder);
    Findings findings = new Findings(folder);
    IemocapCounts counts = new IemocapCounts();
    List<String> wordless = new ArrayList<>();
    for (int session = 1; session <= 5; session++) {
      Path dialogs = ClipFiles.absolute(folder).resolve("Session" + session).resolve("dialog");
      if (!Files.isDirectory(dialogs.resolve("EmoEvaluation"))) {
        continue; // its difference is noted
      }
      for (Path evaluation : textFiles(dialogs.resolve("EmoEvaluation"))) {
        Path transcript = dialogs.resolve("transcriptions").resolve(evaluation.getFileName());
        for (Utterance utterance : read(evaluation, words(transcript), findings)) {
          findings.add(utterance);
          if (Files.isRegularFile(utterance.clip().file())) {
            counts.add(utterance.session().orElseThrow(), utterance.label());
          }
          if (utterance.text().isEmpty()) {
            wordless.add(utterance.id());
          }
        }
      }
    }
    findings.note("utterances without a transcript", wordless);
    counts.difference().ifPresent(findings::note);
    return findings.contents("Session1 to Session5 with dialog/EmoEvaluation and sentences/wav");
  }

  /** Lists the text files at the top; the folders hold the labels of single raters. */
  private static Iterable<Path> textFiles(Path folder) throws IOException {
    TreeSet<Path> files = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "[!.]*.txt")) {
      entries.forEach(files::add);
    }
    return files;
  }

  private List<Utterance> read(Path evaluation, Map<String, String> words, Findings findings)
      throws IOException {
    List<Utterance> utterances = new ArrayList<>();
    List<String> lines = Files.readAllLines(evaluation, ISO_8859_1);
    for (int i = 0; i < lines.size(); i++) {
      String[] cells = lines.get(i).split("\t", -1);
      if (!cells[0].startsWith("[")) {
        continue; // the header, or the label of a single rater
      }
      Matcher id = ID.matcher(cells.length > 1 ? cells[1].strip() : "");
      String code = cells.length > 2 ? cells[2].strip() : "";
      if (!id.matches() || !EMOTIONS.containsKey(code)) {
        findings.problem(
            evaluation,
            i + 1,
            "expected [start - end], an utterance and one of "
                + new TreeSet<>(EMOTIONS.keySet())
                + " between tabs, found "
                + lines.get(i));
        continue;
      }
      utterances.add(utterance(id, EMOTIONS.get(code), words));
    }
    return utterances;
  }

  private Utterance utterance(Matcher id, String label, Map<String, String> words) {
    String session = id.group("session");
    Path wav =
        Path.of("Session" + session, "sentences", "wav", id.group("dialogue"), id.group() + ".wav");
    return new Utterance(
        0,
        id.group(),
        Clip.whole(ClipFiles.absolute(folder).resolve(wav)),
        Optional.ofNullable(words.get(id.group())),
        label,
        // The letter in the dialogue's name is that of the actor who wore the markers.
        "Ses0" + session + id.group("who"),
        Optional.of(session),
        Optional.empty());
  }

  private static Map<String, String> words(Path transcript) throws IOException {
    Map<String, String> words = new HashMap<>();
    if (Files.exists(transcript)) {
      for (String line : Files.readAllLines(transcript, ISO_8859_1)) {
        Matcher spoken = SPOKEN.matcher(line);
        if (spoken.matches() && !spoken.group("words").isBlank()) {
          words.put(spoken.group("id"), spoken.group("words").strip());
        }
      }
    }
    return words;
  }
}
