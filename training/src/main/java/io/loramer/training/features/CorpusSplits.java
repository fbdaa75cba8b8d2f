package io.loramer.training.features;

import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.SplitConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A corpus divided into training, validation and test split.
 *
 * @param labels the emotions in use, in the order of the model's outputs
 * @param utterances of each split, in the manifest's order
 */
public record CorpusSplits(List<String> labels, Map<Split, List<Utterance>> utterances) {
  /**
   * Divides a corpus as a configuration says or, if it names no validation and test split, as the
   * manifest says.
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
    List<String> problems = new ArrayList<>();
    boolean byConfig = !config.validation().isEmpty() || !config.test().isEmpty();
    for (Utterance utterance : manifest.utterances()) {
      if (byConfig) {
        utterances.get(byConfig(utterance, config, problems)).add(utterance);
      } else {
        utterances.get(utterance.split().orElse(Split.TRAIN)).add(utterance);
      }
    }
    requirePresent(manifest, "data.validation", config.validation(), problems);
    requirePresent(manifest, "data.test", config.test(), problems);
    for (Split needed : List.of(Split.TRAIN, Split.VALIDATION)) {
      if (utterances.get(needed).isEmpty()) {
        problems.add(
            "no utterance to "
                + (needed == Split.TRAIN ? "train on" : "choose the best epoch by")
                + ": give the manifest's lines a split, or name speakers or sessions in"
                + " data.validation and data.test");
      }
    }
    Set<String> labels = new TreeSet<>();
    manifest.utterances().forEach(utterance -> labels.add(utterance.label()));
    List<String> inUse = config.labels().isEmpty() ? List.copyOf(labels) : config.labels();
    if (inUse.size() < 2) {
      problems.add("expected at least two labels, found " + inUse);
    }
    if (!problems.isEmpty()) {
      throw new IOException(manifest.file() + ": " + String.join("; ", problems));
    }
    return new CorpusSplits(inUse, utterances);
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

  private static Split byConfig(Utterance utterance, DataConfig config, List<String> problems) {
    boolean validation = config.validation().contains(utterance);
    boolean test = config.test().contains(utterance);
    if (validation && test) {
      problems.add(utterance.id() + " belongs to data.validation and to data.test");
    }
    return test ? Split.TEST : validation ? Split.VALIDATION : Split.TRAIN;
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
