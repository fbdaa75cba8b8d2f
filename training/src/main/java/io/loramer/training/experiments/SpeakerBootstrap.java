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
 * How much a measure would vary with other speakers: the percentile bootstrap over speakers.
 *
 * <p>As many speakers as there are are drawn with replacement, all of a speaker's predictions with
 * him, and measured together; the interval holds the middle 95 % of {@value #RESAMPLES} such draws.
 * Drawing utterances would take those of one voice for independent and give too narrow an interval.
 *
 * @see <a href="https://doi.org/10.1201/9780429246593">Efron and Tibshirani 1993, chapters 8 and
 *     13</a>
 */
final class SpeakerBootstrap {
  static final int RESAMPLES = 2000;
  static final long SEED = 1;
  static final double LEVEL = 0.95;

  private final int speakers;
  private final List<ConfusionMatrix> resamples = new ArrayList<>();

  record Interval(double low, double high) {}

  /**
   * Draws.
   *
   * @param speakers the predictions of each
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
   * Returns the interval of a measure, leaving out the draws that do not tell; nothing of a single
   * speaker, whose draws are all the same.
   */
  Optional<Interval> interval(Function<ConfusionMatrix, OptionalDouble> measure) {
    if (speakers < 2) {
      return Optional.empty();
    }
    Distribution drawn =
        Distribution.of(resamples.stream().map(measure).flatMapToDouble(OptionalDouble::stream));
    return Optional.of(
        new Interval(drawn.quantile((1 - LEVEL) / 2), drawn.quantile((1 + LEVEL) / 2)));
  }
}
