package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Finds labels, speakers, sessions and ids that are probably the same, or no value at all. */
final class LookAlikes {
  /** What programs write where a value is missing, in small letters. */
  private static final List<String> MISSING =
      List.of("nan", "none", "null", "na", "n/a", "<na>", "nat", "#n/a", "nil", "undefined");

  private static final int SHOWN = 5;

  private LookAlikes() {}

  /** Returns a sentence for each kind of value of which some are probably the same. */
  static List<String> warnings(List<Utterance> utterances) {
    List<String> sentences = new ArrayList<>();
    alike("labels", utterances, u -> Stream.of(u.label()), LookAlikes::meaning, sentences);
    alike("speakers", utterances, u -> Stream.of(u.speaker()), LookAlikes::meaning, sentences);
    alike("sessions", utterances, u -> u.session().stream(), LookAlikes::meaning, sentences);
    alike("ids", utterances, u -> Stream.of(u.id()), LookAlikes::look, sentences);
    missing("label", utterances, u -> Stream.of(u.label()), sentences);
    missing("speaker", utterances, u -> Stream.of(u.speaker()), sentences);
    missing("session", utterances, u -> u.session().stream(), sentences);
    missing("text", utterances, u -> u.text().stream(), sentences);
    return sentences;
  }

  private static void alike(
      String kind,
      List<Utterance> utterances,
      Function<Utterance, Stream<String>> field,
      Function<String, String> form,
      List<String> sentences) {
    Map<String, Map<String, Integer>> countsByForm = new TreeMap<>();
    utterances.stream()
        .flatMap(field)
        .forEach(
            value ->
                countsByForm
                    .computeIfAbsent(form.apply(value), k -> new TreeMap<>())
                    .merge(value, 1, Integer::sum));
    List<String> groups =
        countsByForm.values().stream()
            .filter(counts -> counts.size() > 1)
            .map(
                counts ->
                    counts.entrySet().stream()
                        .map(value -> visible(value.getKey()) + " (" + value.getValue() + ")")
                        .collect(joining(" = ")))
            .toList();
    if (!groups.isEmpty()) {
      sentences.add(
          kind + " that are probably the same, and are used as different ones: " + first(groups));
    }
  }

  private static void missing(
      String kind,
      List<Utterance> utterances,
      Function<Utterance, Stream<String>> field,
      List<String> sentences) {
    Map<String, List<String>> idsByValue = new TreeMap<>();
    for (Utterance utterance : utterances) {
      field
          .apply(utterance)
          .filter(value -> MISSING.contains(value.strip().toLowerCase(Locale.ROOT)))
          .forEach(
              value ->
                  idsByValue.computeIfAbsent(value, k -> new ArrayList<>()).add(utterance.id()));
    }
    idsByValue.forEach(
        (value, ids) ->
            sentences.add(
                ("the %s %s is used as it stands (%d: %s); is it what a program writes for a"
                        + " missing value?")
                    .formatted(kind, visible(value), ids.size(), first(ids, ", "))));
  }

  /**
   * Returns the same for values that differ by case, blanks, hyphens, leading zeros or Unicode
   * form.
   */
  private static String meaning(String value) {
    return look(value)
        .toUpperCase(Locale.ROOT) // of ß too
        .toLowerCase(Locale.ROOT)
        .replaceAll("[\\s_-]+", " ")
        .strip()
        .replaceAll("\\b0+(?=\\d)", "");
  }

  /** Returns the same for values that look the same: by Unicode form, blanks, invisible signs. */
  private static String look(String value) {
    return Normalizer.normalize(value, Normalizer.Form.NFKC)
        .replaceAll("\\p{Cf}", "")
        .replaceAll("[\\s\\p{Z}]+", " ")
        .strip();
  }

  /** Returns a value in quotes, with escapes for signs that cannot be seen or told apart. */
  private static String visible(String value) {
    StringBuilder shown = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            point -> {
              int type = Character.getType(point);
              boolean hidden =
                  point != ' '
                      && (Character.isSpaceChar(point)
                          || Character.isISOControl(point)
                          || type == Character.FORMAT
                          || type == Character.NON_SPACING_MARK);
              shown.append(
                  hidden ? "\\u%04x".formatted(point) : new String(Character.toChars(point)));
            });
    return shown.append('"').toString();
  }

  private static String first(List<String> groups) {
    return first(groups, "; ");
  }

  private static String first(List<String> names, String separator) {
    String more = names.size() > SHOWN ? separator + (names.size() - SHOWN) + " more" : "";
    return names.stream().limit(SHOWN).collect(joining(separator)) + more;
  }
}
