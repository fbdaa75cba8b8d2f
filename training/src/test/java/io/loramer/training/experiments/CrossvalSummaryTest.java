package io.loramer.training.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossvalSummaryTest {
  private static final List<String> LABELS = List.of("anger", "joy", "sadness");

  /** The distance of neighbouring values of macro-F1 where its interval ends. */
  private static final double INTERVAL_TOLERANCE = 5e-3;

  @TempDir private Path folder;

  /**
   * From Python, for the runs of {@link #twoFoldsWithTwoSeeds}, with t and p the classes of a run
   * and T and P those of all runs:
   *
   * <pre>
   *   ua = recall_score(t, p, average="macro", labels=sorted(set(t)), zero_division=0)
   *   wa = accuracy_score(t, p)
   *   f1 = f1_score(t, p, average="macro", labels=[0, 1, 2], zero_division=0)
   *   recall = recall_score(t, p, labels=[2], average=None, zero_division=0)
   *   mean(values), std(values, ddof=1), std([mean of fold 1 and 2 for each seed], ddof=1),
   *   ua(T, P)
   * </pre>
   *
   * scikit-learn 1.9, numpy 2. Of 4 speakers there are 4^4 equally likely draws; the interval is
   * np.quantile([ua(t, p) of each draw], [0.025, 0.975]).
   */
  @Test
  void statisticsAreThoseOfNumpyAndScikitLearn() {
    CrossvalSummary summary =
        CrossvalSummary.of(plan(Protocol.CLEAN), twoFoldsWithTwoSeeds(), List.of("fold 1: a"));

    assertMeasure(
        new MeasureSummary(
            0.6944444444444444,
            0.16666666666666663,
            OptionalDouble.of(0.11785113019775789),
            0.6916666666666668,
            OptionalDouble.of(0.53809524),
            OptionalDouble.of(0.80357143)),
        summary.unweightedAccuracy());
    assertMeasure(
        new MeasureSummary(
            0.6964285714285714,
            0.08501700510170061,
            OptionalDouble.of(0.05050762722761059),
            0.7,
            OptionalDouble.of(0.57692308),
            OptionalDouble.of(0.78571429)),
        summary.weightedAccuracy());
    assertMeasure(
        new MeasureSummary(
            0.6476190476190475,
            0.1621224804419518,
            OptionalDouble.of(0.08979133729352975),
            0.6952129995608257,
            OptionalDouble.of(0.47311166),
            OptionalDouble.of(0.77371795)),
        summary.macroF1());
    assertMeasure(
        new MeasureSummary(
            0.5833333333333333,
            0.4194352464039305,
            OptionalDouble.of(0.35355339059327373),
            0.625,
            OptionalDouble.of(0.5),
            OptionalDouble.of(1)),
        summary.recall().get("sadness"));
    assertEquals( // confusion_matrix(T, P)
        List.of(List.of(7, 1, 2), List.of(3, 9, 0), List.of(2, 1, 5)), summary.confusion());
    assertEquals(4, summary.interval().clusters());
  }

  @Test
  void oneSeedHasNoDeviationOfSeeds() {
    CrossvalSummary summary =
        CrossvalSummary.of(plan(Protocol.CLEAN), twoFoldsWithTwoSeeds().subList(0, 2), List.of());
    assertEquals(OptionalDouble.empty(), summary.unweightedAccuracy().sdOfSeedMeans());
  }

  /** All resamples would be equal, and the interval would have the width 0. */
  @Test
  void oneSpeakerHasNoInterval() throws IOException {
    CrossvalSummary summary =
        CrossvalSummary.of(
            plan(Protocol.CLEAN),
            List.of(
                outcome(1, 7, speaker("a", "020", "020")), outcome(2, 7, speaker("a", "00", "01"))),
            List.of());
    assertEquals(OptionalDouble.empty(), summary.weightedAccuracy().low());
    assertEquals(OptionalDouble.empty(), summary.weightedAccuracy().high());
    assertEquals(1, summary.interval().clusters());
    Path file = folder.resolve("summary.json");
    JsonFile.write(file, summary);
    assertEquals(summary, JsonFile.read(file, CrossvalSummary.class));
  }

  @Test
  void summaryOfAnEarlierVersionIsReadAndHasNoWarnings() throws IOException {
    CrossvalSummary summary =
        CrossvalSummary.of(plan(Protocol.CLEAN), twoFoldsWithTwoSeeds(), List.of("fold 1: a"));
    Path file = folder.resolve("summary.json");
    JsonFile.write(file, summary);
    assertEquals(List.of("fold 1: a"), JsonFile.read(file, CrossvalSummary.class).warnings());
    String now = Files.readString(file);
    String earlier = now.replaceFirst(",\\s*\"warnings\" : \\[[^]]*]", "");
    assertNotEquals(now, earlier);
    Files.writeString(file, earlier);
    assertEquals(List.of(), JsonFile.read(file, CrossvalSummary.class).warnings());
  }

  @Test
  void classThatAFoldLacksHasNoRecallThere() {
    CrossvalSummary summary =
        CrossvalSummary.of(
            plan(Protocol.CLEAN),
            List.of(
                outcome(1, 7, speaker("a", "020", "020")), outcome(2, 7, speaker("b", "00", "01"))),
            List.of());
    assertEquals(1, summary.recall().get("sadness").mean());
    assertEquals(0.75, summary.recall().get("anger").mean());
    assertEquals(List.of("anger", "sadness"), List.copyOf(summary.recall().keySet()));
    assertEquals((1 + 0.5) / 2, summary.unweightedAccuracy().mean());
  }

  @Test
  void fileHoldsTheProtocolAndIsReadAgain() throws IOException {
    CrossvalSummary summary =
        CrossvalSummary.of(plan(Protocol.PAPER), twoFoldsWithTwoSeeds(), List.of());
    Path file = folder.resolve("summary.json");
    JsonFile.write(file, summary);
    assertEquals(summary, JsonFile.read(file, CrossvalSummary.class));
    String text = Files.readString(file);
    assertTrue(text.contains("\"protocol\" : \"paper\",\n  \"note\" : \"PAPER: the best"), text);
    assertTrue(text.contains("\"sd_of_seed_means\" : 0.1178511"), text);
    assertEquals("fold-2/seed-9", summary.runs().get(3).folder());
  }

  private static void assertMeasure(MeasureSummary expected, MeasureSummary found) {
    assertEquals(expected.mean(), found.mean(), 1e-12);
    assertEquals(expected.sdOfRuns(), found.sdOfRuns(), 1e-12);
    double seeds = expected.sdOfSeedMeans().orElseThrow();
    assertEquals(seeds, found.sdOfSeedMeans().orElseThrow(), 1e-12);
    assertEquals(expected.pooled(), found.pooled(), 1e-12);
    assertEquals(expected.low().orElseThrow(), found.low().orElseThrow(), INTERVAL_TOLERANCE);
    assertEquals(expected.high().orElseThrow(), found.high().orElseThrow(), INTERVAL_TOLERANCE);
  }

  private static CrossvalPlan plan(Protocol protocol) {
    CrossvalPlan.Fold fold = new CrossvalPlan.Fold(List.of("x"), List.of("y"), 7);
    return new CrossvalPlan(protocol, FoldsBy.SESSION, List.of(fold, fold), List.of(7L, 9L), 0);
  }

  private static List<CrossvalSummary.Outcome> twoFoldsWithTwoSeeds() {
    return List.of(
        outcome(1, 7, speaker("a", "01220", "01200"), speaker("b", "112", "102")),
        outcome(2, 7, speaker("c", "0012", "0212"), speaker("d", "011", "211")),
        outcome(1, 9, speaker("a", "01220", "00200"), speaker("b", "112", "112")),
        outcome(2, 9, speaker("c", "0012", "0011"), speaker("d", "011", "110")));
  }

  @SafeVarargs
  private static CrossvalSummary.Outcome outcome(
      int fold, long seed, List<Prediction>... speakers) {
    List<Prediction> predictions = new ArrayList<>();
    for (List<Prediction> speaker : speakers) {
      predictions.addAll(speaker);
    }
    SplitMetrics measured = SplitMetrics.of(LABELS, predictions);
    RunMetrics metrics = new RunMetrics(1, measured, Optional.empty(), 0, 5, List.of());
    return new CrossvalSummary.Outcome(fold, seed, metrics, predictions);
  }

  /** Takes the number of the class of each utterance. */
  private static List<Prediction> speaker(String name, String truth, String predicted) {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < truth.length(); i++) {
      Map<String, Float> probabilities = new LinkedHashMap<>();
      LABELS.forEach(label -> probabilities.put(label, 1f / LABELS.size()));
      predictions.add(
          new Prediction(
              name + i,
              Optional.of(Split.TEST),
              name,
              LABELS.get(truth.charAt(i) - '0'),
              new Recognition(
                  LABELS.get(predicted.charAt(i) - '0'), probabilities, Optional.empty())));
    }
    return predictions;
  }
}
