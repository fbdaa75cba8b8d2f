package io.loramer.training.experiments;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.DataConfig.MarkedTest;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.features.CorpusSplits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The folds and seeds of a cross-validation: {@code crossval.json}.
 *
 * @param folds each is the test split of one run per seed
 * @param leftOut the number of utterances that the manifest marks {@code test}; they are in no fold
 */
record CrossvalPlan(
    Protocol protocol, FoldsBy foldsBy, List<Fold> folds, List<Long> seeds, int leftOut) {

  /** Shorter names first, so that session 10 comes after session 9. */
  private static final Comparator<String> SHORTER_FIRST =
      Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  /**
   * The validation and test split of a fold's runs.
   *
   * @param validation sessions, speakers or utterances that choose the epoch; under the paper's
   *     protocol those of {@code test}
   * @param test sessions, speakers or utterances that measure the run
   * @param utterances the number of utterances in {@code test}
   */
  record Fold(List<String> validation, List<String> test, int utterances) {}

  /**
   * Divides a corpus into folds, except the utterances that the manifest marks {@code test}: every
   * fold is trained on in the runs of the others.
   *
   * <p>Sessions or speakers are assigned in the order of their size, largest first, each to the
   * fold that has the fewest utterances so far. Utterances are assigned in turn, sorted by speaker
   * and label.
   *
   * @throws IOException if there are too few sessions, speakers or utterances, or a speaker would
   *     be in two folds
   */
  static CrossvalPlan of(Manifest whole, CrossvalOptions options) throws IOException {
    Manifest corpus =
        new Manifest(
            whole.file(),
            whole.utterances().stream()
                .filter(utterance -> !utterance.split().equals(Optional.of(Split.TEST)))
                .toList());
    int leftOut = whole.utterances().size() - corpus.utterances().size();
    boolean sessions = corpus.utterances().stream().anyMatch(u -> u.session().isPresent());
    FoldsBy by = options.foldsBy().orElse(sessions ? FoldsBy.SESSION : FoldsBy.SPEAKER);
    Map<String, Integer> sizes = sizes(corpus, by);
    int count =
        options
            .folds()
            .orElse(by == FoldsBy.SESSION ? sizes.size() : CrossvalOptions.DEFAULT_FOLDS);
    int needed = Math.max(count, options.protocol().fewestFolds());
    if (sizes.size() < needed) {
      throw new IOException(
          "%s: expected at least %d to divide by %s, found %d: %s; %s%s"
              .formatted(
                  corpus.file(),
                  needed,
                  by.word(),
                  sizes.size(),
                  sizes.keySet(),
                  sizes.size() < options.protocol().fewestFolds()
                      ? options.protocol().whyFewestFolds()
                      : "take fewer folds",
                  leftOut == 0 ? "" : "; " + leftOut + " utterances marked test are in no fold"));
    }
    List<List<String>> groups = groups(sizes, count);
    if (by != FoldsBy.UTTERANCE) {
      requireSpeakersApart(corpus, by, groups);
    }
    List<Fold> folds = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      List<String> test = groups.get(k);
      List<String> validation =
          options.protocol() == Protocol.CLEAN ? groups.get((k + 1) % count) : test;
      folds.add(new Fold(validation, test, test.stream().mapToInt(sizes::get).sum()));
    }
    return new CrossvalPlan(options.protocol(), by, folds, options.seeds(), leftOut);
  }

  private static Map<String, Integer> sizes(Manifest corpus, FoldsBy by) throws IOException {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    List<String> without = new ArrayList<>();
    for (Utterance utterance : inOrder(corpus, by)) {
      by.name(utterance)
          .ifPresentOrElse(
              name -> sizes.merge(name, 1, Integer::sum), () -> without.add(utterance.id()));
    }
    if (!without.isEmpty()) {
      throw new IOException(
          ("%s: %d of %d utterances have no session, the first is %s; give them one, or take"
                  + " folds by speaker")
              .formatted(
                  corpus.file(), without.size(), corpus.utterances().size(), without.get(0)));
    }
    return sizes;
  }

  private static List<Utterance> inOrder(Manifest corpus, FoldsBy by) {
    Comparator<Utterance> order =
        by == FoldsBy.UTTERANCE
            ? Comparator.comparing(Utterance::speaker).thenComparing(Utterance::label)
            : Comparator.comparing(u -> by.name(u).orElse(""), SHORTER_FIRST);
    return corpus.utterances().stream().sorted(order).toList();
  }

  private static List<List<String>> groups(Map<String, Integer> sizes, int count) {
    List<List<String>> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      groups.add(new ArrayList<>());
    }
    List<String> names = new ArrayList<>(sizes.keySet());
    names.sort(Comparator.comparing(sizes::get, Comparator.reverseOrder())); // stable
    for (String name : names) {
      groups.stream()
          .min(Comparator.comparingInt(group -> group.stream().mapToInt(sizes::get).sum()))
          .orElseThrow()
          .add(name);
    }
    groups.forEach(group -> group.sort(SHORTER_FIRST));
    groups.sort(Comparator.comparing(group -> group.get(0), SHORTER_FIRST));
    return groups;
  }

  /** Checks that no speaker is in two groups, of which the splits of every run consist. */
  private static void requireSpeakersApart(Manifest corpus, FoldsBy by, List<List<String>> groups)
      throws IOException {
    Map<String, TreeSet<Integer>> foldsOfSpeaker = new TreeMap<>();
    for (Utterance utterance : corpus.utterances()) {
      String name = by.name(utterance).orElseThrow();
      for (int k = 0; k < groups.size(); k++) {
        if (groups.get(k).contains(name)) {
          foldsOfSpeaker.computeIfAbsent(utterance.speaker(), s -> new TreeSet<>()).add(k + 1);
        }
      }
    }
    String twice =
        foldsOfSpeaker.entrySet().stream()
            .filter(speaker -> speaker.getValue().size() > 1)
            .map(speaker -> speaker.getKey() + " in folds " + speaker.getValue())
            .collect(joining(", "));
    if (!twice.isEmpty()) {
      throw new IOException(
          corpus.file()
              + ": speakers would be in the training and in the test split: "
              + twice
              + "; take folds by speaker");
    }
  }

  /**
   * Returns the warnings about the splits of each fold's runs, each with its fold.
   *
   * @param whole the corpus that was divided
   * @throws IOException if a fold leaves nothing to train on
   */
  List<String> warnings(Manifest whole, RunConfig base) throws IOException {
    List<String> warnings = new ArrayList<>();
    if (leftOut > 0) {
      warnings.add(
          "%d of %d utterances are in no fold, since the manifest marks them test: no run is"
                  .formatted(leftOut, whole.utterances().size())
              + " trained or measured on them");
    }
    for (int k = 0; k < folds.size(); k++) {
      RunConfig run = config(base, folds.get(k), seeds.get(0));
      for (String warning : CorpusSplits.of(whole, run.data()).labelWarnings()) {
        warnings.add("fold " + (k + 1) + ": " + warning);
      }
    }
    return warnings;
  }

  /** Returns the note that must accompany every number. */
  String note() {
    return protocol.note() + foldsBy.note();
  }

  /** Returns the configuration of a run. */
  RunConfig config(RunConfig base, Fold fold, long seed) {
    SplitConfig test = protocol == Protocol.CLEAN ? foldsBy.split(fold.test()) : SplitConfig.none();
    DataConfig data = base.data().withSplits(foldsBy.split(fold.validation()), test);
    return base.withData(leftOut > 0 ? data.withMarkedTest(MarkedTest.LEFT_OUT) : data)
        .withSeed(seed);
  }

  /** Returns the folder of a run, below that of the cross-validation. */
  static String folder(int fold, long seed) {
    return "fold-%d/seed-%d".formatted(fold, seed);
  }
}
