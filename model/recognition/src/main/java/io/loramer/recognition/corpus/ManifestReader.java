package io.loramer.recognition.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.loramer.recognition.corpus.CorpusException.Problem;
import io.loramer.savedmodels.files.GitLfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Reads a manifest line by line and collects the problems of all lines. */
public final class ManifestReader {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // to name their keys
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The {@code text_source} of recognised words. */
  static final String RECOGNIZED = "asr";

  /** The {@code text_source} of all other words. */
  private static final String TRANSCRIBED = "transcript";

  /** The bytes of UTF-8's byte order mark, read as ISO-8859-1. */
  private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

  /** The byte order marks of UTF-16, which PowerShell writes, read as ISO-8859-1. */
  private static final Set<String> UTF_16_MARKS = Set.of("\u00ff\u00fe", "\u00fe\u00ff");

  private final Path file;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Integer> lineOfId = new HashMap<>();
  private final UnreadKeys unread = new UnreadKeys("key");

  /** Creates a reader of one file, which may be read once. */
  public ManifestReader(Path file) {
    this.file = file;
  }

  /**
   * The lines of a manifest.
   *
   * @param valid the utterances of the valid lines
   * @param problems of all other lines
   * @param unread the keys that are not read
   */
  public record Lines(Manifest valid, List<Problem> problems, UnreadKeys unread) {
    /**
     * Returns the manifest.
     *
     * @throws CorpusException with all problems of all lines, if there are any
     */
    public Manifest requireValid() throws CorpusException {
      if (!problems.isEmpty()) {
        throw new CorpusException(valid.file(), problems);
      }
      return valid;
    }

    /** Returns sentences on what is probably not meant as it is read. */
    public List<String> warnings() {
      List<String> all = new ArrayList<>(unread.warnings());
      all.addAll(valid.warnings());
      return all;
    }
  }

  /**
   * Reads all lines.
   *
   * @throws IOException if the file is missing or cannot be read
   */
  public Lines read() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file");
    }
    GitLfs.refusePointer(file);
    // ISO-8859-1 keeps every byte, so that bytes that are not UTF-8 are found in their line.
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    if (content.length() > 1 && UTF_16_MARKS.contains(content.substring(0, 2))) {
      throw new IOException(file + ": expected UTF-8, found UTF-16; save it as UTF-8");
    }
    String[] lines = content.replaceFirst("^" + BYTE_ORDER_MARK, "").split("\n", -1);
    List<Utterance> utterances = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      if (!lines[i].isBlank()) {
        int number = i + 1;
        int before = problems.size();
        Optional<Utterance> utterance =
            parse(number, lines[i]).map(object -> new Line(number, object).utterance());
        if (problems.size() == before) {
          utterances.add(utterance.orElseThrow());
        }
      }
    }
    if (utterances.isEmpty() && problems.isEmpty()) {
      problems.add(new Problem(1, "expected at least one utterance, found none"));
    }
    return new Lines(new Manifest(file, utterances), problems, unread);
  }

  private Optional<JsonNode> parse(int number, String line) throws IOException {
    try {
      JsonNode node = JSON.readTree(line.getBytes(StandardCharsets.ISO_8859_1));
      if (node.isObject()) {
        return Optional.of(node);
      }
      problems.add(new Problem(number, "expected a JSON object, found " + kind(node)));
    } catch (JsonProcessingException e) {
      // Jackson's message states a place that counts this line as the first one.
      String reason = e.getOriginalMessage().replaceFirst(" \\((start marker at|bound as) .*", "");
      int column = e.getLocation().getColumnNr();
      problems.add(new Problem(number, "not JSON at column " + column + ": " + reason));
    }
    return Optional.empty();
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      default -> node.getNodeType().name().toLowerCase(Locale.ROOT) + " " + node;
    };
  }

  /** The keys of one line; a wrong one is added to the problems and read as absent. */
  private final class Line {
    private final int number;
    private final JsonNode object;

    Line(int number, JsonNode object) {
      this.number = number;
      this.object = object;
    }

    /** Returns the utterance, with placeholders for wrong values if the line has problems. */
    Utterance utterance() {
      countUnreadKeys();
      String id = required("id");
      Integer first = id.isEmpty() ? null : lineOfId.putIfAbsent(id, number);
      if (first != null) {
        problem("id: expected a unique one, found " + id + ", the id of line " + first);
      }
      boolean recognized = recognized();
      return new Utterance(
          number,
          id,
          clip(),
          recognized ? recognizedText() : optional("text"),
          required("label"),
          required("speaker"),
          optional("session"),
          split(),
          recognized ? confidence() : OptionalDouble.empty());
    }

    private void countUnreadKeys() {
      Set<String> present = new LinkedHashSet<>();
      object.properties().stream()
          .filter(property -> !property.getValue().isNull())
          .forEach(property -> present.add(property.getKey()));
      List<String> others = present.stream().filter(key -> !Manifest.KEYS.contains(key)).toList();
      present.retainAll(Manifest.KEYS);
      unread.add(number, present, others);
    }

    private boolean recognized() {
      String source = optional("text_source").orElse(TRANSCRIBED);
      if (!source.equals(RECOGNIZED) && !source.equals(TRANSCRIBED)) {
        problem(
            "text_source: expected %s or %s, found %s".formatted(TRANSCRIBED, RECOGNIZED, source));
      }
      return source.equals(RECOGNIZED);
    }

    /** Recognised text may be empty. */
    private Optional<String> recognizedText() {
      JsonNode text = object.path("text");
      return Optional.of(text.isTextual() ? text.textValue() : required("text"));
    }

    private OptionalDouble confidence() {
      JsonNode value = object.path("text_confidence");
      if (value.isMissingNode()) {
        problem("text_confidence is missing");
      } else if (!value.isNumber() || !(value.asDouble() >= 0 && value.asDouble() <= 1)) {
        problem("text_confidence: expected a number from 0 to 1, found " + kind(value));
      }
      return OptionalDouble.of(value.asDouble());
    }

    private Utterance.Clip clip() {
      Path path = Path.of("");
      try {
        path = Path.of(required("audio"));
      } catch (InvalidPathException e) {
        problem("audio: not a path: " + e.getReason());
      }
      OptionalDouble start = seconds("start");
      OptionalDouble end = seconds("end");
      if (end.isPresent() && end.getAsDouble() <= start.orElse(0)) {
        problem("end " + end.getAsDouble() + " s is not after start " + start.orElse(0) + " s");
      }
      return new Utterance.Clip(
          file.toAbsolutePath().resolveSibling(path).normalize(), start, end, channel());
    }

    private OptionalInt channel() {
      if (!object.hasNonNull("channel")) {
        return OptionalInt.empty();
      }
      JsonNode value = object.get("channel");
      if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 0) {
        problem("channel: expected the number of one channel, from 0, found " + kind(value));
        return OptionalInt.empty();
      }
      return OptionalInt.of(value.intValue());
    }

    private Optional<Split> split() {
      Optional<String> word = optional("split");
      Optional<Split> split = word.flatMap(Split::of);
      if (word.isPresent() && split.isEmpty()) {
        problem("split: expected one of " + Split.words() + ", found " + word.get());
      }
      return split;
    }

    private String required(String key) {
      if (!object.hasNonNull(key)) {
        problem(key + " is missing");
      }
      return optional(key).orElse("");
    }

    private Optional<String> optional(String key) {
      JsonNode value = object.path(key);
      if (value.isMissingNode() || value.isNull()) {
        return Optional.empty();
      }
      if (!value.isTextual() && !value.isNumber()) {
        problem(key + ": expected a string or a number, found " + kind(value));
        return Optional.empty();
      }
      if (value.isFloatingPointNumber() && !Double.isFinite(value.asDouble())) {
        problem(key + ": found " + value.asText() + "; leave the key out where there is no value");
        return Optional.empty();
      }
      if (value.asText().isBlank()) {
        problem(key + " is blank");
        return Optional.empty();
      }
      return Optional.of(value.asText());
    }

    private OptionalDouble seconds(String key) {
      if (!object.hasNonNull(key)) {
        return OptionalDouble.empty();
      }
      JsonNode value = object.get(key);
      if (!value.isNumber() || !Double.isFinite(value.asDouble()) || value.asDouble() < 0) {
        problem(key + ": expected seconds from 0, found " + kind(value));
        return OptionalDouble.empty();
      }
      return OptionalDouble.of(value.asDouble());
    }

    private void problem(String text) {
      problems.add(new Problem(number, text));
    }
  }
}
