package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.CorpusException.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * What a training run needs of a corpus; finds all that falls short before the run starts.
 *
 * @param labels the labels in use; empty for whichever occur
 * @param minSamples the fewest samples that the speech encoder makes a frame of
 * @param maxSamples the length that longer clips are cropped to
 * @param textNeeded which words each utterance must have
 */
public record CorpusCheck(
    Set<String> labels, int minSamples, int maxSamples, TextSource textNeeded) {

  /** Decodes a clip to the waveform that the encoder is given. */
  @FunctionalInterface
  public interface Decoder {
    /**
     * Decodes a clip; called by several threads at once.
     *
     * @throws IOException with the path and the reason, if it is no audio that can be decoded
     */
    Waveform decode(Utterance.Clip clip) throws IOException;
  }

  /**
   * What the check learned of a corpus without problems.
   *
   * @param samples the length of each utterance before cropping, in the manifest's order
   * @param cropped how many utterances are longer than the limit
   */
  public record Lengths(List<Integer> samples, int cropped) {}

  /**
   * What was found of one utterance.
   *
   * @param samples 0 if it cannot be decoded
   */
  record Heard(int samples, List<Problem> problems) {}

  public CorpusCheck {
    labels = Set.copyOf(labels);
    if (minSamples < 1 || maxSamples < minSamples) {
      throw new IllegalArgumentException(
          "expected 1 <= minSamples <= maxSamples, found " + minSamples + " and " + maxSamples);
    }
  }

  /**
   * Decodes every utterance, as many at a time as there are cores, and keeps only the lengths.
   *
   * @param progress told after each utterance how many are done, never by two threads at once
   * @throws CorpusException with all problems, in the order of the lines, if there are any
   */
  public Lengths run(Manifest manifest, Decoder decoder, IntConsumer progress)
      throws CorpusException {
    List<Heard> heard = hear(manifest, decoder, progress);
    List<Problem> problems = heard.stream().flatMap(one -> one.problems().stream()).toList();
    if (!problems.isEmpty()) {
      throw new CorpusException(manifest.file(), problems);
    }
    List<Integer> samples = heard.stream().map(Heard::samples).toList();
    return new Lengths(samples, (int) samples.stream().filter(n -> n > maxSamples).count());
  }

  /**
   * Checks what needs no decoding: labels, words, and that there is a file.
   *
   * @throws CorpusException with all problems, if there are any
   */
  public void requireDescribed(Manifest manifest) throws CorpusException {
    List<Problem> problems = new ArrayList<>();
    for (Utterance utterance : manifest.utterances()) {
      List<String> found = described(utterance);
      if (!Files.isRegularFile(utterance.clip().file())) {
        found.add(utterance.clip().file() + ": no such file");
      }
      found.forEach(text -> problems.add(new Problem(utterance.line(), text)));
    }
    if (!problems.isEmpty()) {
      throw new CorpusException(manifest.file(), problems);
    }
  }

  /** Says what is wrong with the lines of a manifest and with the utterances of the sound ones. */
  public CorpusException problems(
      ManifestReader.Lines lines, Decoder decoder, IntConsumer progress) {
    List<Problem> all = new ArrayList<>(lines.problems());
    hear(lines.sound(), decoder, progress).forEach(heard -> all.addAll(heard.problems()));
    all.sort(Comparator.comparingInt(Problem::line));
    return new CorpusException(lines.sound().file(), all);
  }

  /** Decodes every utterance, as many at a time as there are cores; in the manifest's order. */
  List<Heard> hear(Manifest manifest, Decoder decoder, IntConsumer progress) {
    AtomicInteger done = new AtomicInteger();
    return manifest.utterances().parallelStream()
        .map(
            utterance -> {
              Heard one = hear(utterance, decoder);
              synchronized (done) { // so that the counts arrive in order
                progress.accept(done.incrementAndGet());
              }
              return one;
            })
        .toList();
  }

  private List<String> described(Utterance utterance) {
    List<String> found = new ArrayList<>();
    if (!labels.isEmpty() && !labels.contains(utterance.label())) {
      String known = labels.stream().sorted().collect(joining(", "));
      found.add("label: expected one of " + known + ", found " + utterance.label());
    }
    if (textNeeded.isMissingFrom(utterance)) {
      found.add(
          utterance.text().isEmpty()
              ? "text is missing, and this run needs the words: give them, or a recogniser"
              : "text is a transcript, and this run takes recognised words: give a recogniser");
    }
    return found;
  }

  private Heard hear(Utterance utterance, Decoder decoder) {
    List<String> found = described(utterance);
    int samples = 0;
    try {
      float[] waveform = decode(utterance.clip(), decoder).samples();
      samples = waveform.length;
      checkSamples(utterance.clip().file(), waveform);
    } catch (IOException e) {
      found.add(e.getMessage());
    }
    return new Heard(
        samples, found.stream().map(text -> new Problem(utterance.line(), text)).toList());
  }

  private static Waveform decode(Utterance.Clip clip, Decoder decoder) throws IOException {
    Path file = clip.file();
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file");
    }
    if (Files.size(file) == 0) {
      throw new IOException(file + ": the file is empty");
    }
    return decoder.decode(clip);
  }

  private void checkSamples(Path file, float[] waveform) throws IOException {
    if (waveform.length < minSamples) {
      throw new IOException(
          (file + ": expected at least " + minSamples)
              + (" samples (one frame of the encoder), found " + waveform.length));
    }
    int[] bad =
        IntStream.range(0, waveform.length).filter(i -> !Float.isFinite(waveform[i])).toArray();
    if (bad.length > 0) {
      throw new IOException(
          (file + ": expected finite samples, found " + bad.length)
              + (" that are not, the first at sample " + bad[0] + ": " + waveform[bad[0]]));
    }
  }
}
