package io.loramer.training.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.measures.ConfusionMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SpeakerBootstrapTest {
  private static final List<String> LABELS = List.of("joy", "fear");

  /** Resampling utterances, 20 of 40 right would give about 0.35 to 0.65. */
  @Test
  void fewSpeakersWhoDifferGiveAWideInterval() {
    ConfusionMatrix right = ConfusionMatrix.of(LABELS, new int[20], new int[20]);
    int[] fear = new int[20];
    Arrays.fill(fear, 1);
    ConfusionMatrix wrong = ConfusionMatrix.of(LABELS, new int[20], fear);
    Optional<SpeakerBootstrap.Interval> interval =
        new SpeakerBootstrap(List.of(right, wrong), 500)
            .interval(matrix -> OptionalDouble.of(matrix.weightedAccuracy()));
    assertEquals(Optional.of(new SpeakerBootstrap.Interval(0, 1)), interval);
  }

  @Test
  void resamplesWithoutTheMeasureAreLeftOut() {
    ConfusionMatrix joyful = ConfusionMatrix.of(LABELS, new int[] {0}, new int[] {0});
    ConfusionMatrix fearful = ConfusionMatrix.of(LABELS, new int[] {1, 1}, new int[] {1, 0});
    ConfusionMatrix right = ConfusionMatrix.of(LABELS, new int[] {1, 1}, new int[] {1, 1});
    Optional<SpeakerBootstrap.Interval> interval =
        new SpeakerBootstrap(List.of(joyful, fearful, right), 100)
            .interval(
                matrix ->
                    matrix.support(1) > 0
                        ? OptionalDouble.of(matrix.recall(1))
                        : OptionalDouble.empty());
    assertEquals(Optional.of(new SpeakerBootstrap.Interval(0.5, 1)), interval);
  }

  @Test
  void measureThatIsTheSameForAllSpeakersHasNoInterval() {
    ConfusionMatrix wrong = ConfusionMatrix.of(LABELS, new int[] {0, 0, 0}, new int[] {1, 1, 1});
    ConfusionMatrix mixed = ConfusionMatrix.of(LABELS, new int[] {0, 1, 1}, new int[] {1, 1, 0});
    SpeakerBootstrap bootstrap = new SpeakerBootstrap(List.of(wrong, mixed, wrong), 100);
    assertEquals(
        Optional.empty(), bootstrap.interval(matrix -> OptionalDouble.of(matrix.recall(0))));
    assertTrue(
        bootstrap.interval(matrix -> OptionalDouble.of(matrix.weightedAccuracy())).isPresent());
  }

  @Test
  void theSameSpeakersGiveTheSameInterval() {
    List<ConfusionMatrix> speakers =
        List.of(
            ConfusionMatrix.of(LABELS, new int[] {0, 1, 1}, new int[] {0, 0, 1}),
            ConfusionMatrix.of(LABELS, new int[] {0, 0, 1}, new int[] {1, 0, 0}),
            ConfusionMatrix.of(LABELS, new int[] {1, 0}, new int[] {1, 0}));
    SpeakerBootstrap.Interval first = interval(speakers);
    assertEquals(first, interval(speakers));
    assertTrue(first.low() < first.high());
  }

  private static SpeakerBootstrap.Interval interval(List<ConfusionMatrix> speakers) {
    return new SpeakerBootstrap(speakers, 50)
        .interval(matrix -> OptionalDouble.of(matrix.unweightedAccuracy()))
        .orElseThrow();
  }
}
