package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck.Checked;
import io.loramer.recognition.corpus.CorpusException.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The contents and the problems of a corpus, after its clips were decoded.
 *
 * @param manifest the valid lines
 * @param seconds the length of the clip of each valid line; 0 if it cannot be decoded
 * @param problems of lines and clips, in the order of the lines: those that stop a training run,
 *     and clips that are silent throughout
 * @param warnings sentences on what is probably not meant as it is: keys that are not read, labels,
 *     speakers and ids that look the same, ends behind the end of a file, channels that are empty
 *     or nearly cancel each other, equal sound
 * @param notes sentences on other keys that are not read
 */
public record CorpusReport(
    Manifest manifest,
    List<Double> seconds,
    List<Problem> problems,
    List<String> warnings,
    List<String> notes) {
  /** The most clips that a warning names. */
  private static final int SHOWN = 3;

  /** A frame of the published speech encoders takes 25 ms; shorter clips have no frame. */
  private static final int FRAME_SAMPLES = 400;

  public CorpusReport {
    seconds = List.copyOf(seconds);
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
    notes = List.copyOf(notes);
  }

  /**
   * Reads a manifest and decodes all its clips.
   *
   * @throws IOException if the manifest cannot be read
   */
  public static CorpusReport of(Path manifest, Consumer<Progress> progress) throws IOException {
    ManifestReader.Lines lines = new ManifestReader(manifest).read();
    CorpusReport clips = of(lines.valid(), progress);
    List<Problem> all = new ArrayList<>(lines.problems());
    all.addAll(clips.problems());
    all.sort(Comparator.comparingInt(Problem::line));
    List<String> warnings = new ArrayList<>(lines.unread().warnings());
    warnings.addAll(clips.warnings());
    List<String> notes = lines.unread().note().stream().toList();
    return new CorpusReport(lines.valid(), clips.seconds(), all, warnings, notes);
  }

  /** Decodes all clips of a manifest. */
  public static CorpusReport of(Manifest manifest, Consumer<Progress> progress) {
    int total = manifest.utterances().size();
    CorpusCheck check =
        new CorpusCheck(Set.of(), FRAME_SAMPLES, Integer.MAX_VALUE, TextSource.NONE);
    Map<Utterance.Clip, String> hashes = new ConcurrentHashMap<>();
    List<Checked> checked =
        check.check(
            manifest,
            clip -> {
              AudioScan scan = clip.check();
              scan.hash().ifPresent(hash -> hashes.put(clip, hash));
              return scan;
            },
            done -> progress.accept(new Progress("decoding", done, total, "")));
    List<String> warnings = new ArrayList<>(manifest.warnings());
    manifest
        .endsBehindFiles(checked.stream().map(Checked::samples).toList())
        .ifPresent(warnings::add);
    channels(checked).ifPresent(warnings::add);
    EqualSound.ofSamples(manifest.utterances(), hashes).ifPresent(warnings::add);
    return new CorpusReport(
        manifest,
        checked.stream().map(clip -> (double) clip.samples() / Waveform.SAMPLE_RATE).toList(),
        problems(manifest, checked),
        warnings,
        List.of());
  }

  private static Optional<String> channels(List<Checked> checked) {
    List<String> odd = checked.stream().flatMap(clip -> clip.channels().stream()).toList();
    String more = odd.size() > SHOWN ? "; and " + (odd.size() - SHOWN) + " more" : "";
    return odd.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "clips whose channels are not as expected: %d (%s%s)"
                .formatted(odd.size(), odd.stream().limit(SHOWN).collect(joining("; ")), more));
  }

  private static List<Problem> problems(Manifest manifest, List<Checked> checked) {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < checked.size(); i++) {
      int line = manifest.utterances().get(i).line();
      problems.addAll(checked.get(i).problems());
      checked.get(i).silence().ifPresent(text -> problems.add(new Problem(line, text)));
    }
    return problems;
  }
}
