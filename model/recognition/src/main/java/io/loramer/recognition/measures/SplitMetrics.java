package io.loramer.recognition.measures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The measures of a model on a split.
 *
 * @param confusion rows true, columns predicted, both in the order of the labels
 */
public record SplitMetrics(
    int utterances,
    double weightedAccuracy,
    double unweightedAccuracy,
    double macroF1,
    double crossEntropy,
    Map<String, Double> recall,
    List<String> labels,
    List<List<Integer>> confusion) {

  /** Computes the measures of predictions, of which there is at least one. */
  public static SplitMetrics of(List<String> labels, List<Prediction> predictions) {
    ConfusionMatrix matrix = confusionMatrix(labels, predictions);
    Map<String, Double> recall = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      recall.put(labels.get(i), matrix.recall(i));
    }
    return new SplitMetrics(
        predictions.size(),
        matrix.weightedAccuracy(),
        matrix.unweightedAccuracy(),
        matrix.macroF1(),
        predictions.stream().mapToDouble(Prediction::crossEntropy).average().orElseThrow(),
        recall,
        labels,
        matrix.counts());
  }

  /** Returns the confusion matrix of predictions, of which there is at least one. */
  public static ConfusionMatrix confusionMatrix(List<String> labels, List<Prediction> predictions) {
    return ConfusionMatrix.of(
        labels,
        predictions.stream().mapToInt(p -> labels.indexOf(p.label())).toArray(),
        predictions.stream().mapToInt(p -> labels.indexOf(p.recognized().label())).toArray());
  }
}
