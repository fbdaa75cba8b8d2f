package io.loramer.recognition.corpus;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusCheck.Heard;
import io.loramer.recognition.corpus.CorpusException.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a corpus holds and all that is wrong with it, after its clips were decoded.
 *
 * @param manifest the lines that are as they should be
 * @param seconds the length of each of their clips; 0 for one that cannot be decoded
 * @param problems of lines and clips, in the order of the lines: besides what stops a training run,
 *     clips that are silent throughout
 */
public record CorpusReport(Manifest manifest, List<Double> seconds, List<Problem> problems) {
  /** A frame of the published speech encoders takes 25 ms; they cannot hear a shorter clip. */
  private static final int FRAME_SAMPLES = 400;

  public CorpusReport {
    seconds = List.copyOf(seconds);
    problems = List.copyOf(problems);
  }

  /** Reads a manifest and decodes all clips. */
  public static CorpusReport of(Path manifest, Consumer<Progress> progress) throws IOException {
    ManifestReader.Lines lines = new ManifestReader(manifest).read();
    CorpusReport clips = of(lines.sound(), progress);
    List<Problem> all = new ArrayList<>(lines.problems());
    all.addAll(clips.problems());
    all.sort(Comparator.comparingInt(Problem::line));
    return new CorpusReport(lines.sound(), clips.seconds(), all);
  }

  /** Decodes all clips. */
  public static CorpusReport of(Manifest manifest, Consumer<Progress> progress) {
    int total = manifest.utterances().size();
    CorpusCheck check =
        new CorpusCheck(Set.of(), FRAME_SAMPLES, Integer.MAX_VALUE, TextSource.NONE);
    List<Heard> heard =
        check.hear(
            manifest,
            CorpusReport::decode,
            done -> progress.accept(new Progress("decoding", done, total, "")));
    return new CorpusReport(
        manifest,
        heard.stream().map(clip -> (double) clip.samples() / Waveform.SAMPLE_RATE).toList(),
        heard.stream().flatMap(clip -> clip.problems().stream()).toList());
  }

  private static Waveform decode(Utterance.Clip clip) throws IOException {
    Waveform waveform = clip.read();
    for (float sample : waveform.samples()) {
      if (sample != 0) {
        return waveform;
      }
    }
    if (waveform.samples().length > 0) { // that there are none, the check says
      throw new IOException(clip.file() + ": is silent: every sample is 0");
    }
    return waveform;
  }
}
