package io.loramer.training.experiments;

import io.loramer.recognition.measures.ConfusionMatrix;
import io.loramer.recognition.measures.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * The percentile bootstrap over speakers: an interval for a measure on other speakers.
 *
 * <p>In each of {@value #RESAMPLES} resamples, as many speakers as the corpus has are drawn with
 * replacement, each with all predictions, and measured together. The interval holds the middle 95 %
 * of them. Resampling utterances would treat those of one voice as independent and give too narrow
 * an interval.
 *
 * @see <a href="https://doi.org/10.1201/9780429246593">Efron and Tibshirani 1993, chapters 8 and
 *     13</a>
 */
final class SpeakerBootstrap {
  static final int RESAMPLES = 2000;
  static final long SEED = 1;
  static final double LEVEL = 0.95;

  /** The difference of two equal measures that were summed in different orders. */
  private static final double ROUNDING = 1e-9;

  private final int speakers;
  private final List<ConfusionMatrix> resamples = new ArrayList<>();

  record Interval(double low, double high) {}

  /**
   * Draws the resamples.
   *
   * @param speakers the confusion matrix of each speaker
   * @param count number of resamples
   */
  SpeakerBootstrap(List<ConfusionMatrix> speakers, int count) {
    this.speakers = speakers.size();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < count; i++) {
      List<ConfusionMatrix> drawn = new ArrayList<>();
      for (int j = 0; j < speakers.size(); j++) {
        drawn.add(speakers.get(random.nextInt(speakers.size())));
      }
      resamples.add(ConfusionMatrix.sum(drawn));
    }
  }

  /**
   * Returns the interval of a measure, without the resamples that do not determine it. Empty if it
   * would have no width, as if the measure were certain: for a single speaker, or if the measure is
   * the same for all speakers, such as a recall of 0.
   */
  Optional<Interval> interval(Function<ConfusionMatrix, OptionalDouble> measure) {
    if (speakers < 2) {
      return Optional.empty();
    }
    Distribution drawn =
        Distribution.of(resamples.stream().map(measure).flatMapToDouble(OptionalDouble::stream));
    double low = drawn.quantile((1 - LEVEL) / 2);
    double high = drawn.quantile((1 + LEVEL) / 2);
    return high - low > ROUNDING ? Optional.of(new Interval(low, high)) : Optional.empty();
  }
}
