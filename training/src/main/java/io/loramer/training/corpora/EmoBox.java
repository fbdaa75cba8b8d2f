package io.loramer.training.corpora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.corpus.Utterance.Clip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * EmoBox's description of one corpus: JSON Lines for the parts of each fold, and a map of labels.
 *
 * <p>With several folds, each one becomes the {@code session} of the utterances that it tests; with
 * a single one, its parts become the {@code split}. The labels are those of {@code label_map.json},
 * as {@link Corpus} names them. EmoBox has neither words nor speakers.
 *
 * @param folder such as {@code EmoBox/data/iemocap}, with {@code fold_1} and so on
 * @param audioFolder the folder of the clips' relative paths, with {@code downloads} in it; absent
 *     for the EmoBox that {@code folder} is in
 * @param speakers finds the speaker in the path of the clip as EmoBox gives it
 * @see <a href="https://github.com/emo-box/EmoBox">github.com/emo-box/EmoBox</a>
 */
public record EmoBox(Path folder, Optional<Path> audioFolder, Speakers speakers) implements Corpus {
  private static final JsonMapper JSON = new JsonMapper();

  private static final Pattern NAME =
      Pattern.compile("\\w+_(?<part>train|valid|test)\\d?_fold_(?<fold>\\d+)\\.jsonl");

  private static final Map<String, Split> SPLITS =
      Map.of("train", Split.TRAIN, "valid", Split.VALIDATION, "test", Split.TEST);

  /** The labels whose names in EmoBox differ from ours by more than upper case. */
  private static final Map<String, String> LABELS =
      Map.of("Angry", "anger", "Excited", "excitement", "Happy", "happiness", "Sad", "sadness");

  /** An utterance with the part that it belongs to in each fold. */
  private record Line(Path file, int number, JsonNode json, Map<String, Split> parts) {}

  @Override
  public CorpusContents read() throws IOException {
    ClipFiles.requireFolder(folder);
    Findings findings = new Findings(folder);
    Map<String, Line> lines = new LinkedHashMap<>();
    Set<String> folds = new HashSet<>();
    for (Path file : partFiles()) {
      Matcher name = NAME.matcher(file.getFileName().toString());
      if (name.matches()) {
        String fold = name.group("fold");
        folds.add(fold);
        read(file, fold, SPLITS.get(name.group("part")), lines, findings);
      }
    }
    Map<String, String> labels = labelMap();
    for (Line line : lines.values()) {
      add(line, folds.size() > 1, labels, findings);
    }
    speakers.warn(findings);
    return findings.contents("fold_1/..._train_fold_1.jsonl and its clips, such as downloads/...");
  }

  private List<Path> partFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files.sorted().toList();
    }
  }

  private static void read(
      Path file, String fold, Split part, Map<String, Line> lines, Findings findings)
      throws IOException {
    List<String> texts = TextFile.read(file).lines().toList();
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).isBlank()) {
        continue;
      }
      try {
        JsonNode json = JSON.readTree(texts.get(i));
        String key = json.path("key").asText();
        Line line = new Line(file, i + 1, json, new TreeMap<>());
        if (key.isBlank() || !clip(json).isTextual() || !emotion(json).isTextual()) {
          findings.problem(file, i + 1, "expected key, wav and emo, found " + texts.get(i));
        } else {
          lines.computeIfAbsent(key, k -> line).parts().put(fold, part);
        }
      } catch (JsonProcessingException e) {
        findings.problem(file, i + 1, "not JSON: " + e.getOriginalMessage());
      }
    }
  }

  /** Returns the path of the clip; some corpora use an older key. */
  private static JsonNode clip(JsonNode json) {
    return json.path(json.has("wav") ? "wav" : "audio");
  }

  private static JsonNode emotion(JsonNode json) {
    return json.path(json.has("emo") ? "emo" : "label");
  }

  /** Reads the map of labels, whose keys may differ from the lines in upper and lower case. */
  private Map<String, String> labelMap() throws IOException {
    Path file = folder.resolve("label_map.json");
    Map<String, String> labels = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    if (Files.exists(file)) {
      try {
        JSON.readTree(TextFile.read(file))
            .properties()
            .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asText()));
      } catch (JsonProcessingException e) {
        throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
      }
    }
    return labels;
  }

  private void add(Line line, boolean inFolds, Map<String, String> labels, Findings findings)
      throws IOException {
    JsonNode json = line.json();
    String path = clip(json).asText();
    Optional<String> speaker = speakers.of(path);
    if (speaker.isEmpty()) {
      findings.problem(line.file(), line.number(), speakers.notFound(path));
      return;
    }
    String emotion = emotion(json).asText();
    String label = labels.getOrDefault(emotion, emotion);
    Path clips = audioFolder.orElse(folder.resolve("..").resolve(".."));
    findings.add(
        new Utterance(
            0,
            json.path("key").asText(),
            new Clip(
                ClipFiles.absolute(clips.resolve(path)),
                seconds(json, "start_time"),
                seconds(json, "end_time")),
            Optional.empty(),
            LABELS.getOrDefault(label, label.toLowerCase(Locale.ROOT)),
            speaker.get(),
            inFolds ? testedBy(line) : Optional.empty(),
            inFolds ? Optional.empty() : line.parts().values().stream().findFirst()));
  }

  private static Optional<String> testedBy(Line line) {
    return line.parts().entrySet().stream()
        .filter(part -> part.getValue() == Split.TEST)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static OptionalDouble seconds(JsonNode json, String key) {
    return json.hasNonNull(key)
        ? OptionalDouble.of(json.get(key).asDouble())
        : OptionalDouble.empty();
  }
}
