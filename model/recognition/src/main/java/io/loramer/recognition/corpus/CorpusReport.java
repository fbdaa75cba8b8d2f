package io.loramer.recognition.corpus;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck.Checked;
import io.loramer.recognition.corpus.CorpusException.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The contents and the problems of a corpus, after its clips were decoded.
 *
 * @param manifest the valid lines
 * @param seconds the length of the clip of each valid line; 0 if it cannot be decoded
 * @param problems of lines and clips, in the order of the lines: those that stop a training run,
 *     and clips that are silent throughout
 * @param channels the files with an empty channel or with channels that nearly cancel each other,
 *     and what is odd about them; they can be used
 */
public record CorpusReport(
    Manifest manifest, List<Double> seconds, List<Problem> problems, List<String> channels) {
  /** A frame of the published speech encoders takes 25 ms; shorter clips have no frame. */
  private static final int FRAME_SAMPLES = 400;

  public CorpusReport {
    seconds = List.copyOf(seconds);
    problems = List.copyOf(problems);
    channels = List.copyOf(channels);
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
    return new CorpusReport(lines.valid(), clips.seconds(), all, clips.channels());
  }

  /** Decodes all clips of a manifest. */
  public static CorpusReport of(Manifest manifest, Consumer<Progress> progress) {
    int total = manifest.utterances().size();
    CorpusCheck check =
        new CorpusCheck(Set.of(), FRAME_SAMPLES, Integer.MAX_VALUE, TextSource.NONE);
    List<Checked> checked =
        check.check(
            manifest,
            Utterance.Clip::check,
            done -> progress.accept(new Progress("decoding", done, total, "")));
    return new CorpusReport(
        manifest,
        checked.stream().map(clip -> (double) clip.samples() / Waveform.SAMPLE_RATE).toList(),
        problems(manifest, checked),
        checked.stream().flatMap(clip -> clip.channels().stream()).toList());
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
