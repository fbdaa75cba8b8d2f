package io.loramer.training.features;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.DataConfig.MarkedTest;
import io.loramer.training.config.SplitConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A corpus divided into training, validation and test split.
 *
 * <p>The configuration and the manifest decide on each split separately: the split that the
 * configuration names replaces that of the manifest. What neither assigns is trained on, except an
 * utterance that the manifest marks {@code test}: it is in the test split or in none.
 *
 * @param labels the emotions in use, in the order of the model's outputs
 * @param utterances of each split, in the manifest's order
 * @param leftOut the utterances that are in no split
 * @param markWarnings about marks of the manifest that the configuration overrules
 * @param labelWarnings about labels that are not trained and splits of a single label
 */
public record CorpusSplits(
    List<String> labels,
    Map<Split, List<Utterance>> utterances,
    List<Utterance> leftOut,
    List<String> markWarnings,
    List<String> labelWarnings) {

  /**
   * Divides a corpus.
   *
   * @throws IOException if the training or the validation split is empty, an utterance belongs to
   *     two splits, the configuration names a speaker, session or utterance that the manifest does
   *     not have, or there are fewer than two labels
   */
  public static CorpusSplits of(Manifest manifest, DataConfig config) throws IOException {
    Map<Split, List<Utterance>> utterances = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      utterances.put(split, new ArrayList<>());
    }
    List<Utterance> leftOut = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Set<String> occurring = new TreeSet<>();
    for (Utterance utterance : manifest.utterances()) {
      Optional<Split> split = split(utterance, config, problems);
      split.map(utterances::get).orElse(leftOut).add(utterance);
      split.ifPresent(used -> occurring.add(utterance.label()));
    }
    requirePresent(manifest, "data.validation", config.validation(), problems);
    requirePresent(manifest, "data.test", config.test(), problems);
    requireUtterances(utterances, config, problems);
    List<String> inUse = config.labels().isEmpty() ? List.copyOf(occurring) : config.labels();
    if (inUse.size() < 2) {
      problems.add("expected at least two labels, found " + inUse);
    }
    if (!problems.isEmpty()) {
      throw new IOException(manifest.file() + ": " + String.join("; ", problems));
    }
    return new CorpusSplits(
        inUse,
        utterances,
        leftOut,
        SplitWarnings.ofMarks(manifest, config, leftOut),
        SplitWarnings.ofLabels(inUse, utterances));
  }

  private static Optional<Split> split(
      Utterance utterance, DataConfig config, List<String> problems) {
    boolean markedTest = utterance.split().equals(Optional.of(Split.TEST));
    if (markedTest && config.markedTest() == MarkedTest.LEFT_OUT) {
      return Optional.empty();
    }
    boolean validation = config.validation().contains(utterance);
    boolean test = config.test().contains(utterance);
    if (validation && test) {
      problems.add(utterance.id() + " belongs to data.validation and to data.test");
    }
    if (test || (markedTest && config.test().isEmpty())) {
      return Optional.of(Split.TEST);
    }
    if (markedTest) {
      return Optional.empty();
    }
    boolean markedValidation = utterance.split().equals(Optional.of(Split.VALIDATION));
    return Optional.of(
        validation || (markedValidation && config.validation().isEmpty())
            ? Split.VALIDATION
            : Split.TRAIN);
  }

  /**
   * Returns whether earlier versions trained on utterances that the manifest marks {@code test}:
   * they took no mark of the manifest into account if the configuration named any split.
   */
  public static boolean onceTrainedOnMarkedTest(Manifest manifest, DataConfig config) {
    boolean byConfig = !config.validation().isEmpty() || !config.test().isEmpty();
    return byConfig
        && manifest.utterances().stream()
            .filter(utterance -> utterance.split().equals(Optional.of(Split.TEST)))
            .anyMatch(utterance -> !config.test().contains(utterance));
  }

  private static void requireUtterances(
      Map<Split, List<Utterance>> utterances, DataConfig config, List<String> problems) {
    if (utterances.get(Split.TRAIN).isEmpty()) {
      problems.add(
          "no utterance to train on: give some of the manifest's lines the split train or none, and"
              + " leave some out of data.validation and data.test");
    }
    if (utterances.get(Split.VALIDATION).isEmpty()) {
      problems.add(
          "no utterance to choose the best epoch by: "
              + (config.validation().isEmpty()
                  ? "give some of the manifest's lines the split validation, or name speakers or"
                      + " sessions in data.validation"
                  : "data.validation names none that is not tested; name others"));
    }
  }

  /** An unknown name is most likely a typing error and would make a split smaller than meant. */
  private static void requirePresent(
      Manifest manifest, String key, SplitConfig split, List<String> problems) {
    Set<String> speakers = new TreeSet<>();
    Set<String> sessions = new TreeSet<>();
    Set<String> ids = new HashSet<>();
    for (Utterance utterance : manifest.utterances()) {
      ids.add(utterance.id());
      speakers.add(utterance.speaker());
      utterance.session().ifPresent(sessions::add);
    }
    requirePresent(key + ".speakers", split.speakers(), speakers, problems);
    requirePresent(key + ".sessions", split.sessions(), sessions, problems);
    List<String> unknown = split.utterances().stream().filter(id -> !ids.contains(id)).toList();
    if (!unknown.isEmpty()) {
      problems.add(key + ".utterances: expected ids of the manifest, found " + unknown);
    }
  }

  private static void requirePresent(
      String key, List<String> names, Set<String> known, List<String> problems) {
    List<String> unknown = names.stream().filter(name -> !known.contains(name)).toList();
    if (!unknown.isEmpty()) {
      problems.add(key + ": expected some of " + known + ", found " + unknown);
    }
  }

  /** Returns all warnings, a sentence each. */
  public List<String> warnings() {
    return Stream.concat(markWarnings.stream(), labelWarnings.stream()).toList();
  }

  /** Returns the utterances of all splits. */
  public List<Utterance> all() {
    return utterances.values().stream().flatMap(List::stream).toList();
  }

  /** Returns the utterances of a split, in the manifest's order. */
  public List<Utterance> of(Split split) {
    return utterances.get(split);
  }

  /** Returns the speakers of the training split, in alphabetical order. */
  public Set<String> trainingSpeakers() {
    Set<String> trained = new TreeSet<>();
    of(Split.TRAIN).forEach(utterance -> trained.add(utterance.speaker()));
    return trained;
  }

  /** Returns the speakers of the training split who are in another split as well. */
  public Set<String> trainingSpeakersInOtherSplits() {
    Set<String> both = new TreeSet<>();
    for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
      of(split).forEach(utterance -> both.add(utterance.speaker()));
    }
    both.retainAll(trainingSpeakers());
    return both;
  }
}
