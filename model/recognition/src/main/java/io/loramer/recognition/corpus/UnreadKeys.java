package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Counts the keys or columns of a corpus that are not read, and finds the known key that was
 * probably meant.
 */
public final class UnreadKeys {
  private static final int NAMED_LINES = 5;

  /** The keys of other tools and corpora for what this manifest calls otherwise. */
  private static final Map<String, List<String>> OTHER_NAMES =
      Map.of(
          "id", List.of("key", "utt", "uttid", "uid", "utterance_id", "segment_id"),
          "audio", List.of("wav", "path", "file", "filename", "filepath", "clip", "sound"),
          "text", List.of("transcript", "transcription", "sentence", "words", "utterance"),
          "label", List.of("emotion", "emo", "class", "category", "target"),
          "speaker", List.of("spk", "spkid", "actor", "client", "person", "user"),
          "session", List.of("fold", "dialog", "dialogue", "conversation"),
          "start", List.of("begin", "onset", "offset", "from", "xmin", "tmin"),
          "end", List.of("stop", "to", "until", "xmax", "tmax"),
          "split", List.of("set", "subset", "partition", "part"),
          "channel", List.of("chan", "ch"));

  /** The keys that give a length, which is in place of an end where there is a start. */
  private static final Set<String> LENGTHS = Set.of("duration", "dur", "length", "len");

  /** The number of channels of a file, which chooses none. */
  private static final String CHANNEL_COUNT = "channels";

  /** What happens without the key. */
  private static final Map<String, String> WITHOUT =
      Map.of(
          "start", ", without which clips begin where their files begin",
          "end", ", without which clips end where their files end");

  private final String kind;
  private final Map<String, Map<String, List<Integer>>> linesByKnownKey = new TreeMap<>();
  private final Map<String, Integer> others = new TreeMap<>();

  /**
   * Creates an empty count.
   *
   * @param kind what the names are, for messages: {@code key} or {@code column}
   */
  public UnreadKeys(String kind) {
    this.kind = kind;
  }

  /**
   * Counts the unread keys of a line.
   *
   * @param read the keys of the manifest that the line has
   * @param unread the names of all other keys of the line
   */
  public void add(int line, Set<String> read, Collection<String> unread) {
    Set<String> present = new HashSet<>(read);
    unread.forEach(name -> nearest(name, read).ifPresent(present::add));
    for (String name : unread) {
      boolean length = LENGTHS.contains(name.toLowerCase(Locale.ROOT));
      Optional<String> meant =
          length && present.contains("start") && !present.contains("end")
              ? Optional.of("end")
              : nearest(name, read);
      if (meant.isPresent()) {
        linesByKnownKey
            .computeIfAbsent(meant.get(), k -> new TreeMap<>())
            .computeIfAbsent(name, k -> new ArrayList<>())
            .add(line);
      } else {
        others.merge(name, 1, Integer::sum);
      }
    }
  }

  /** Returns a sentence for each key that was probably meant to be a known one. */
  public List<String> warnings() {
    List<String> sentences = new ArrayList<>();
    linesByKnownKey.forEach(
        (known, names) ->
            names.forEach(
                (name, lines) ->
                    sentences.add(
                        "the %s \"%s\" is not read (%s); the nearest known one is %s%s"
                            .formatted(
                                kind,
                                name,
                                named(lines),
                                known,
                                WITHOUT.getOrDefault(known, "")))));
    return sentences;
  }

  /** Returns a sentence with all other keys; empty if there are none. */
  public Optional<String> note() {
    if (others.isEmpty()) {
      return Optional.empty();
    }
    String counted =
        others.entrySet().stream()
            .map(other -> other.getKey() + " (" + lines(other.getValue()) + ")")
            .collect(joining(", "));
    return Optional.of(kind + "s that are not read: " + counted);
  }

  /**
   * Returns the key of a manifest that a name probably means.
   *
   * @param read keys that the line has already, which are not meant
   */
  public static Optional<String> nearest(String name, Set<String> read) {
    // "startTime" and "Start time" are start_time.
    String words =
        name.strip()
            .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N}]+", "_");
    List<String> parts = Arrays.asList(words.split("_", -1));
    List<Predicate<String>> likeness =
        List.of(
            key -> key.equals(words) || otherNames(key).contains(words),
            key -> oneEditApart(words, key) && !words.equals(CHANNEL_COUNT),
            key -> !key.equals("id") && parts.contains(key),
            key -> otherNames(key).contains(parts.get(0)),
            parts::contains);
    List<String> candidates = Manifest.KEYS.stream().filter(key -> !read.contains(key)).toList();
    return likeness.stream().flatMap(like -> candidates.stream().filter(like)).findFirst();
  }

  private static List<String> otherNames(String key) {
    return OTHER_NAMES.getOrDefault(key, List.of());
  }

  /** Returns whether a letter was left out, added, replaced, or exchanged with its neighbour. */
  private static boolean oneEditApart(String name, String key) {
    int same = 0;
    while (same < Math.min(name.length(), key.length()) && name.charAt(same) == key.charAt(same)) {
      same++;
    }
    String nameRest = name.substring(same);
    String keyRest = key.substring(same);
    if (key.length() < 4 || nameRest.isEmpty() || keyRest.isEmpty()) {
      return key.length() >= 4 && nameRest.length() + keyRest.length() == 1;
    }
    boolean exchanged =
        nameRest.length() > 1
            && keyRest.length() > 1
            && nameRest.charAt(0) == keyRest.charAt(1)
            && nameRest.charAt(1) == keyRest.charAt(0)
            && nameRest.substring(2).equals(keyRest.substring(2));
    return exchanged
        || nameRest.substring(1).equals(keyRest)
        || keyRest.substring(1).equals(nameRest)
        || nameRest.substring(1).equals(keyRest.substring(1));
  }

  private static String named(List<Integer> lines) {
    String first = lines.stream().limit(NAMED_LINES).map(String::valueOf).collect(joining(", "));
    return lines(lines.size()) + ": " + first + (lines.size() > NAMED_LINES ? ", ..." : "");
  }

  private static String lines(int count) {
    return count + (count == 1 ? " line" : " lines");
  }
}
