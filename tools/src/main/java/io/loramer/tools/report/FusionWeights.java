package io.loramer.tools.report;

import io.loramer.recognition.measures.Distribution;
import io.loramer.recognition.measures.Prediction;
import java.util.List;
import java.util.Optional;

/** The fusion weights of the audio by emotion. */
final class FusionWeights {
  private static final String AUDIO = "audio";

  private FusionWeights() {}

  /** Draws a box chart of the weights; empty for models of one modality. */
  static Optional<Element> figure(Experiment experiment) {
    List<Prediction> tested = experiment.tested();
    List<BoxChart.Row> rows =
        experiment.labels().stream()
            .map(label -> row(label, tested))
            .filter(row -> !row.values().sorted().isEmpty())
            .toList();
    String heading = "Fusion weights by emotion";
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Figure.of(
                heading,
                "The weight of the audio in the fused embedding for test utterances by their true"
                    + " emotion; the rest is the weight of the text. Box: quartiles and median;"
                    + " whiskers: 5th and 95th percentile; dots: single utterances"
                    + (experiment.isSingleRun() ? "." : ", in n each once per seed."),
                new BoxChart(heading, "weight of the audio (0: text alone, 1: audio alone)", rows)
                    .svg()));
  }

  private static BoxChart.Row row(String label, List<Prediction> tested) {
    return new BoxChart.Row(
        label,
        Distribution.of(
            tested.stream()
                .filter(prediction -> prediction.label().equals(label))
                .flatMap(prediction -> prediction.recognized().fusionWeights().stream())
                .mapToDouble(weights -> weights.get(AUDIO))));
  }
}
