package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.savedmodels.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds utterances whose sound is the same, which may be trained on and tested. */
public final class EqualSound {
  private static final int SHOWN = 5;

  private EqualSound() {}

  /**
   * Compares the bytes of files, without decoding them; parts of one file are different sounds.
   *
   * @return a sentence on the utterances that have the same sound; empty if none have
   * @throws IOException if a file cannot be read
   */
  public static Optional<String> ofFiles(List<Utterance> utterances) throws IOException {
    Map<List<Object>, List<Utterance>> sameLength = new LinkedHashMap<>();
    for (Utterance utterance : utterances) {
      Utterance.Clip clip = utterance.clip();
      List<Object> key = List.of(Files.size(clip.file()), clip.start(), clip.end(), clip.channel());
      sameLength.computeIfAbsent(key, k -> new ArrayList<>()).add(utterance);
    }
    List<List<Utterance>> groups = new ArrayList<>();
    for (List<Utterance> candidates : sameLength.values()) {
      if (candidates.size() > 1) {
        Map<String, List<Utterance>> sameBytes = new LinkedHashMap<>();
        for (Utterance utterance : candidates) {
          sameBytes
              .computeIfAbsent(Sha256.ofFile(utterance.clip().file()), k -> new ArrayList<>())
              .add(utterance);
        }
        groups.addAll(sameBytes.values());
      }
    }
    return sentence(groups);
  }

  /**
   * Compares decoded samples.
   *
   * @param hashes of the clips that were decoded, as {@link AudioScan#hash} gives them
   */
  static Optional<String> ofSamples(
      List<Utterance> utterances, Map<Utterance.Clip, String> hashes) {
    return sentence(
        utterances.stream()
            .filter(utterance -> hashes.containsKey(utterance.clip()))
            .collect(
                groupingBy(utterance -> hashes.get(utterance.clip()), LinkedHashMap::new, toList()))
            .values());
  }

  /** Names the groups of more than one utterance, first those with several labels or splits. */
  private static Optional<String> sentence(Collection<List<Utterance>> sounds) {
    List<List<Utterance>> repeated =
        sounds.stream()
            .filter(sound -> sound.size() > 1)
            .sorted(Comparator.comparing(sound -> !(severalLabels(sound) || severalSplits(sound))))
            .toList();
    if (repeated.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder sentence = new StringBuilder();
    sentence.append(repeated.size()).append(repeated.size() == 1 ? " sound has" : " sounds have");
    sentence.append(" several ids");
    long labels = repeated.stream().filter(EqualSound::severalLabels).count();
    if (labels > 0) {
      sentence.append(", ").append(labels).append(" with different labels");
    }
    long splits = repeated.stream().filter(EqualSound::severalSplits).count();
    if (splits > 0) {
      sentence.append(", ").append(splits).append(" in different splits");
    }
    sentence.append(": ");
    sentence.append(repeated.stream().limit(SHOWN).map(EqualSound::named).collect(joining("; ")));
    if (repeated.size() > SHOWN) {
      sentence.append("; ").append(repeated.size() - SHOWN).append(" more");
    }
    return Optional.of(sentence.toString());
  }

  private static boolean severalLabels(List<Utterance> sound) {
    return sound.stream().map(Utterance::label).distinct().count() > 1;
  }

  private static boolean severalSplits(List<Utterance> sound) {
    return sound.stream().map(Utterance::split).distinct().count() > 1;
  }

  private static String named(List<Utterance> sound) {
    boolean labels = severalLabels(sound);
    boolean splits = severalSplits(sound);
    return sound.stream()
        .map(
            utterance -> {
              String details =
                  Stream.of(
                          Optional.of(utterance.label()).filter(label -> labels),
                          utterance.split().map(Split::word).filter(split -> splits))
                      .flatMap(Optional::stream)
                      .collect(joining(", "));
              return utterance.id() + (details.isEmpty() ? "" : " (" + details + ")");
            })
        .collect(joining(" = "));
  }
}
