package io.loramer.recognition.corpus;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck.Checked;
import io.loramer.recognition.corpus.CorpusException.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
 *     speakers and ids that look the same, ends behind the end of a file, equal sound
 * @param notes sentences on other keys that are not read
 */
public record CorpusReport(
    Manifest manifest,
    List<Double> seconds,
    List<Problem> problems,
    List<String> warnings,
    List<String> notes) {
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
              Waveform waveform = decode(clip);
              if (waveform.samples().length > 0) {
                hashes.put(clip, EqualSound.hash(waveform));
              }
              return waveform;
            },
            done -> progress.accept(new Progress("decoding", done, total, "")));
    List<String> warnings = new ArrayList<>(manifest.warnings());
    manifest
        .endsBehindFiles(checked.stream().map(Checked::samples).toList())
        .ifPresent(warnings::add);
    EqualSound.ofSamples(manifest.utterances(), hashes).ifPresent(warnings::add);
    return new CorpusReport(
        manifest,
        checked.stream().map(clip -> (double) clip.samples() / Waveform.SAMPLE_RATE).toList(),
        checked.stream().flatMap(clip -> clip.problems().stream()).toList(),
        warnings,
        List.of());
  }

  private static Waveform decode(Utterance.Clip clip) throws IOException {
    Waveform waveform = clip.read();
    for (float sample : waveform.samples()) {
      if (sample != 0) {
        return waveform;
      }
    }
    if (waveform.samples().length > 0) { // the check reports clips without samples
      throw new IOException(clip.file() + ": is silent: every sample is 0");
    }
    return waveform;
  }
}
