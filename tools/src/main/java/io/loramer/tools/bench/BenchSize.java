package io.loramer.tools.bench;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The sizes of a benchmark.
 *
 * @param encoders the resource folder of the encoders' config.json files
 * @param clipSeconds the length of the clips of the training step and of inference
 * @param batchSize the batch size of training
 * @param steps the steps of an epoch of such clips
 * @param utterances the utterances of an epoch of mixed lengths
 * @param repetitions the repetitions of short work: inference of a clip, a matrix product
 */
record BenchSize(
    String encoders,
    double clipSeconds,
    int batchSize,
    int steps,
    int utterances,
    int repetitions) {
  /** The mean of IEMOCAP's utterances, and of {@link #mixedLengths}. */
  private static final double MEAN_SECONDS = 4.5;

  private static final double MEDIAN_SECONDS = 3.7;
  private static final double SHORTEST_SECONDS = 0.6;
  private static final double LONGEST_SECONDS = 13; // longer clips are cropped to this

  /** Spreads the lengths about their median so that their mean is the one of IEMOCAP. */
  private static final double LENGTH_SPREAD = 0.4;

  /** Returns the sizes of WavLM-base and RoBERTa-base with batches of 16, as in the paper. */
  static BenchSize base() {
    return new BenchSize("bench", MEAN_SECONDS, 16, 4, 128, 50);
  }

  /** Returns the sizes of the demo's encoders and half a second of audio, for a quick test. */
  static BenchSize smoke() {
    return new BenchSize("demo", 0.5, 3, 2, 7, 3);
  }

  /** Returns a copy with another number of clips in an epoch of mixed lengths. */
  BenchSize withUtterances(int clips) {
    return new BenchSize(encoders, clipSeconds, batchSize, steps, clips, repetitions);
  }

  /**
   * Returns the lengths of an epoch's clips, the quantiles of a log-logistic distribution: with
   * {@code q = (i + 0.5) / utterances}, the i-th has {@code 3.7 (q / (1 − q))^0.4} seconds, clamped
   * to [0.6, 13], with a mean of 4.5. Other clip lengths scale all lengths.
   */
  double[] mixedLengths() {
    return IntStream.range(0, utterances)
        .mapToDouble(i -> (i + 0.5) / utterances)
        .map(q -> MEDIAN_SECONDS * Math.pow(q / (1 - q), LENGTH_SPREAD))
        .map(seconds -> Math.min(Math.max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS))
        .map(seconds -> seconds * clipSeconds / MEAN_SECONDS)
        .toArray();
  }

  /** Returns the lengths of an epoch of equal clips. */
  double[] equalLengths() {
    double[] seconds = new double[batchSize * steps];
    Arrays.fill(seconds, clipSeconds);
    return seconds;
  }
}
