package io.loramer.recognition.corpus;

import static java.util.stream.Collectors.joining;

import io.loramer.recognition.audio.AudioScan;
import io.loramer.recognition.corpus.CorpusException.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Checks a corpus against the requirements of a model, and reports all problems at once.
 *
 * @param labels the allowed labels; empty allows all
 * @param minSamples the shortest clip: the speech encoder's first frame
 * @param maxSamples the length that longer clips are cropped to
 * @param textNeeded the words that each utterance must have
 */
public record CorpusCheck(
    Set<String> labels, int minSamples, int maxSamples, TextSource textNeeded) {

  /** Decodes clips. */
  @FunctionalInterface
  public interface Decoder {
    /**
     * Decodes a clip to its end; called by several threads at once.
     *
     * @return the clip's length and silence, and of its samples only what the caller needs
     * @throws IOException with the path and the reason, if the clip cannot be decoded
     */
    AudioScan decode(Utterance.Clip clip) throws IOException;
  }

  /**
   * The lengths of the clips of a corpus without problems.
   *
   * @param samples the length of each utterance before cropping, in the manifest's order
   * @param cropped the number of utterances that are longer than {@code maxSamples}
   * @param silent the clips without sound, or without it in the samples that were kept, with the
   *     reason; they are no problem for a model
   */
  public record Lengths(List<Integer> samples, int cropped, List<String> silent) {
    /** The most silent clips in a message. */
    private static final int SHOWN = 3;

    /** Returns a sentence about the clips without sound; empty if there are none. */
    public Optional<String> silence() {
      if (silent.isEmpty()) {
        return Optional.empty();
      }
      String more = silent.size() > SHOWN ? "; and " + (silent.size() - SHOWN) + " more" : "";
      return Optional.of(
          "%d of %d clips have no sound: %s%s"
              .formatted(
                  silent.size(),
                  samples.size(),
                  silent.stream().limit(SHOWN).collect(joining("; ")),
                  more));
    }
  }

  /**
   * The result for one utterance.
   *
   * @param samples 0 if the clip cannot be decoded
   * @param silence the file and why it is silent
   * @param channels the file and what is odd about its channels
   */
  record Checked(
      int samples, List<Problem> problems, Optional<String> silence, Optional<String> channels) {}

  public CorpusCheck {
    labels = Set.copyOf(labels);
    if (minSamples < 1 || maxSamples < minSamples) {
      throw new IllegalArgumentException(
          "expected 1 <= minSamples <= maxSamples, found " + minSamples + " and " + maxSamples);
    }
  }

  /**
   * Decodes every utterance, as many at a time as there are cores.
   *
   * @param progress takes the number of utterances done, after each; one thread at a time
   * @throws CorpusException with all problems, in the order of the lines, if there are any
   */
  public Lengths run(Manifest manifest, Decoder decoder, IntConsumer progress)
      throws CorpusException {
    List<Checked> checked = check(manifest, decoder, progress);
    List<Problem> problems = checked.stream().flatMap(one -> one.problems().stream()).toList();
    if (!problems.isEmpty()) {
      throw new CorpusException(manifest.file(), problems);
    }
    List<Integer> samples = checked.stream().map(Checked::samples).toList();
    return new Lengths(
        samples,
        (int) samples.stream().filter(n -> n > maxSamples).count(),
        checked.stream().flatMap(one -> one.silence().stream()).toList());
  }

  /**
   * Checks labels, words, and that the files exist, without decoding.
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

  /** Returns all problems of the lines of a manifest and of the clips of its valid lines. */
  public CorpusException problems(
      ManifestReader.Lines lines, Decoder decoder, IntConsumer progress) {
    List<Problem> all = new ArrayList<>(lines.problems());
    check(lines.valid(), decoder, progress).forEach(checked -> all.addAll(checked.problems()));
    all.sort(Comparator.comparingInt(Problem::line));
    return new CorpusException(lines.valid().file(), all);
  }

  /** Decodes and checks every utterance in parallel; the results are in the manifest's order. */
  List<Checked> check(Manifest manifest, Decoder decoder, IntConsumer progress) {
    AtomicInteger done = new AtomicInteger();
    return manifest.utterances().parallelStream()
        .map(
            utterance -> {
              Checked one = check(utterance, decoder);
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
              ? "text: expected words, found none; add them, or give a recogniser"
              : "text: expected recognised words, found a transcript; give a recogniser");
    }
    return found;
  }

  private Checked check(Utterance utterance, Decoder decoder) {
    List<String> found = described(utterance);
    Path file = utterance.clip().file();
    int samples = 0;
    Optional<String> silence = Optional.empty();
    Optional<String> channels = Optional.empty();
    try {
      AudioScan scan = decode(utterance.clip(), decoder);
      samples = scan.samples();
      requireFrame(file, samples);
      silence = silence(scan).map(text -> file + ": " + text);
      channels = scan.channels().map(text -> file + ": " + text);
    } catch (IOException e) {
      found.add(e.getMessage());
    }
    List<Problem> problems =
        found.stream().map(text -> new Problem(utterance.line(), text)).toList();
    return new Checked(samples, problems, silence, channels);
  }

  private static Optional<String> silence(AudioScan scan) {
    if (scan.silence().isPresent() || !scan.beginning().isSilent()) {
      return scan.silence();
    }
    return Optional.of(
        String.format(
            Locale.ROOT, "the first %.1f s are silent", scan.beginning().durationSeconds()));
  }

  private static AudioScan decode(Utterance.Clip clip, Decoder decoder) throws IOException {
    Path file = clip.file();
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file");
    }
    if (Files.size(file) == 0) {
      throw new IOException(file + ": the file is empty");
    }
    return decoder.decode(clip);
  }

  private void requireFrame(Path file, int samples) throws IOException {
    if (samples < minSamples) {
      throw new IOException(
          (file + ": expected at least " + minSamples)
              + (" samples (one frame of the encoder), found " + samples));
    }
  }
}
