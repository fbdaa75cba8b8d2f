package io.loramer.training.features;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.DataConfig.MarkedTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Writes the warnings about the splits of a corpus: a sentence each. */
final class SplitWarnings {
  /** The most utterances or labels that a sentence names. */
  private static final int NAMED = 5;

  private SplitWarnings() {}

  /** Returns the warnings about marks of the manifest that the configuration overrules. */
  static List<String> ofMarks(Manifest manifest, DataConfig config, List<Utterance> leftOut) {
    List<String> warnings = new ArrayList<>();
    boolean tested = config.markedTest() == MarkedTest.TESTED;
    if (!leftOut.isEmpty()) {
      String reason = tested ? "data.test names others" : "data.marked_test is left_out";
      warnings.add("in no split, since " + reason + ": " + marked(leftOut, Split.TEST));
    }
    List<Utterance> protectedTest =
        find(manifest, Split.TEST, utterance -> config.validation().contains(utterance));
    if (tested && !protectedTest.isEmpty()) {
      warnings.add(
          "named by data.validation, but not taken into the validation split: "
              + marked(protectedTest, Split.TEST));
    }
    List<Utterance> trained =
        find(
            manifest,
            Split.VALIDATION,
            utterance ->
                !config.validation().isEmpty()
                    && !config.validation().contains(utterance)
                    && !config.test().contains(utterance));
    if (!trained.isEmpty()) {
      warnings.add(
          "trained on, since data.validation names others: " + marked(trained, Split.VALIDATION));
    }
    return warnings;
  }

  private static List<Utterance> find(
      Manifest manifest, Split mark, Predicate<Utterance> condition) {
    return manifest.utterances().stream()
        .filter(utterance -> utterance.split().equals(Optional.of(mark)))
        .filter(condition)
        .toList();
  }

  private static String marked(List<Utterance> utterances, Split mark) {
    return "%d %s that the manifest marks %s (%s)"
        .formatted(
            utterances.size(),
            utterances.size() == 1 ? "utterance" : "utterances",
            mark.word(),
            firstOf(utterances, Utterance::id));
  }

  /** Returns the warnings about labels that are not trained and splits of a single label. */
  static List<String> ofLabels(List<String> labels, Map<Split, List<Utterance>> splits) {
    List<String> warnings = new ArrayList<>();
    List<String> untrained =
        labels.stream().filter(label -> count(label, splits.get(Split.TRAIN)) == 0).toList();
    if (!untrained.isEmpty()) {
      warnings.add(
          "no utterance to train on has the label "
              + firstOf(untrained, label -> label + measured(label, splits))
              + ": the model cannot learn it; its recall of 0 lowers the UA of a split that has it");
    }
    for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
      List<String> found =
          labels.stream().filter(label -> count(label, splits.get(split)) > 0).toList();
      if (found.size() == 1) {
        warnings.add(
            "every utterance %s has the label %s: the UA is its recall, 1.0 for a constant answer"
                .formatted(purpose(split), found.get(0)));
      }
    }
    return warnings;
  }

  private static String measured(String label, Map<Split, List<Utterance>> splits) {
    return " (%d of %d to test with, %d of %d to choose the epoch by)"
        .formatted(
            count(label, splits.get(Split.TEST)),
            splits.get(Split.TEST).size(),
            count(label, splits.get(Split.VALIDATION)),
            splits.get(Split.VALIDATION).size());
  }

  private static String purpose(Split split) {
    return split == Split.VALIDATION ? "to choose the epoch by" : "to test with";
  }

  private static int count(String label, List<Utterance> utterances) {
    return (int) utterances.stream().filter(utterance -> utterance.label().equals(label)).count();
  }

  /**
   * Returns the warning about clips of different splits that have the same samples.
   *
   * @param contents of each utterance, by its id
   */
  static Optional<String> ofEqualClips(
      Map<Split, List<Utterance>> splits, Map<String, UtteranceContent> contents) {
    record Place(Split split, String id) {}
    Map<ContentHash, Place> first = new HashMap<>();
    List<String> pairs = new ArrayList<>();
    for (Split split : Split.values()) {
      for (Utterance utterance : splits.get(split)) {
        ContentHash sound = contents.get(utterance.id()).speech();
        Place earlier = first.putIfAbsent(sound, new Place(split, utterance.id()));
        if (earlier != null && earlier.split != split) {
          pairs.add(
              "%s (%s) and %s (%s)"
                  .formatted(earlier.id, earlier.split.word(), utterance.id(), split.word()));
        }
      }
    }
    return pairs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d %s the same samples as a clip of another split, so the measures are too good: %s"
                .formatted(
                    pairs.size(),
                    pairs.size() == 1 ? "clip has" : "clips have",
                    firstOf(pairs, Function.identity())));
  }

  private static <T> String firstOf(List<T> all, Function<T, String> name) {
    String named = all.stream().limit(NAMED).map(name).collect(joining(", "));
    return all.size() > NAMED ? named + " and " + (all.size() - NAMED) + " more" : named;
  }
}
