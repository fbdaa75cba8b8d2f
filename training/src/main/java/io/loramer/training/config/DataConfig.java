package io.loramer.training.config;

import io.loramer.recognition.audio.Waveform;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The corpus of a run, its labels and its splits.
 *
 * @param manifest JSON Lines, an utterance a line
 * @param labels the emotions in use; empty for whichever occur, in alphabetical order
 * @param maxDurationSeconds longer clips are cropped to it
 * @param validation the utterances that choose the best epoch; if empty, those that the manifest
 *     marks {@code validation}
 * @param test the utterances that measure it; if empty, those that the manifest marks {@code test}
 * @param markedTest the use of the utterances that the manifest marks {@code test}
 */
public record DataConfig(
    Optional<Path> manifest,
    List<String> labels,
    double maxDurationSeconds,
    SplitConfig validation,
    SplitConfig test,
    MarkedTest markedTest) {

  /** The authors' code crops clips to this. */
  private static final double AUTHORS_MAX_DURATION_SECONDS = 13;

  /** The use of the utterances that the manifest marks {@code test}; none trains on them. */
  public enum MarkedTest {
    /** They are the test split, unless the configuration names another one. */
    TESTED,
    /** They are in no split: the runs of a cross-validation, which tests on the others in turn. */
    LEFT_OUT
  }

  public DataConfig {
    labels = List.copyOf(labels);
    if (new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException("labels: expected each once, found " + labels);
    }
    if (!(maxDurationSeconds > 0 && maxDurationSeconds <= 3600)) {
      throw new IllegalArgumentException(
          "max_duration_seconds: expected above 0 and at most 3600, found " + maxDurationSeconds);
    }
  }

  /** Creates a configuration that may test with the utterances that the manifest marks so. */
  public DataConfig(
      Optional<Path> manifest,
      List<String> labels,
      double maxDurationSeconds,
      SplitConfig validation,
      SplitConfig test) {
    this(manifest, labels, maxDurationSeconds, validation, test, MarkedTest.TESTED);
  }

  static DataConfig defaults() {
    return new DataConfig(
        Optional.empty(),
        List.of(),
        AUTHORS_MAX_DURATION_SECONDS,
        SplitConfig.none(),
        SplitConfig.none());
  }

  /** Returns this configuration with these labels in use. */
  public DataConfig withLabels(List<String> inUse) {
    return new DataConfig(manifest, inUse, maxDurationSeconds, validation, test, markedTest);
  }

  /** Returns this configuration divided in another way. */
  public DataConfig withSplits(SplitConfig otherValidation, SplitConfig otherTest) {
    return new DataConfig(
        manifest, labels, maxDurationSeconds, otherValidation, otherTest, markedTest);
  }

  /** Returns this configuration with another use of the utterances marked {@code test}. */
  public DataConfig withMarkedTest(MarkedTest use) {
    return new DataConfig(manifest, labels, maxDurationSeconds, validation, test, use);
  }

  /** Returns the longest clip that is not cropped, in samples. */
  public int maxSamples() {
    return (int) Math.round(maxDurationSeconds * Waveform.SAMPLE_RATE);
  }
}
