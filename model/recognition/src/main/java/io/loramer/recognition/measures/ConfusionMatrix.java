package io.loramer.recognition.measures;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The confusion matrix of a classification, and the measures that follow from it.
 *
 * <p>With n(i, j) utterances of class i predicted as class j:
 *
 * <pre>
 *   recall(i) = n(i, i) / Σ_j n(i, j)      f1(i) = 2 n(i, i) / (Σ_j n(i, j) + Σ_j n(j, i))
 * </pre>
 *
 * <p>A quotient whose divisor is 0 counts as 0.
 */
public final class ConfusionMatrix {
  private final List<String> labels;
  private final int[][] counts; // [true][predicted]

  private ConfusionMatrix(List<String> labels) {
    this.labels = List.copyOf(labels);
    this.counts = new int[labels.size()][labels.size()];
  }

  /**
   * Counts predictions.
   *
   * @param labels the names of the classes
   * @param truth the true class of each utterance
   * @param predicted the predicted class of each utterance
   */
  public static ConfusionMatrix of(List<String> labels, int[] truth, int[] predicted) {
    if (truth.length == 0 || truth.length != predicted.length) {
      throw new IllegalArgumentException(
          "expected as many true as predicted classes, and at least one; found "
              + (truth.length + " true and " + predicted.length + " predicted"));
    }
    ConfusionMatrix matrix = new ConfusionMatrix(labels);
    for (int i = 0; i < truth.length; i++) {
      matrix.counts[truth[i]][predicted[i]]++;
    }
    return matrix;
  }

  /** Returns the sum of at least one matrix, all of the same classes. */
  public static ConfusionMatrix sum(List<ConfusionMatrix> parts) {
    ConfusionMatrix sum = new ConfusionMatrix(parts.get(0).labels);
    for (ConfusionMatrix part : parts) {
      for (int i = 0; i < sum.counts.length; i++) {
        for (int j = 0; j < sum.counts.length; j++) {
          sum.counts[i][j] += part.counts[i][j];
        }
      }
    }
    return sum;
  }

  /** Returns the name of each class. */
  public List<String> labels() {
    return labels;
  }

  /** Returns the number of utterances of a class that were predicted as another. */
  public int count(int truth, int predicted) {
    return counts[truth][predicted];
  }

  /** Returns all counts: rows true, columns predicted. */
  public List<List<Integer>> counts() {
    return Stream.of(counts).map(row -> IntStream.of(row).boxed().toList()).toList();
  }

  /** Returns the weighted accuracy (WA): the share of the utterances that were predicted right. */
  public double weightedAccuracy() {
    int right = classes().map(i -> counts[i][i]).sum();
    return (double) right / classes().map(this::support).sum();
  }

  /**
   * Returns the unweighted accuracy (UA): the mean recall of the classes that occur in the truth.
   * Other classes have no recall.
   */
  public double unweightedAccuracy() {
    return classes().filter(i -> support(i) > 0).mapToDouble(this::recall).average().orElseThrow();
  }

  /** Returns the mean F1 of all classes, in the truth or not. */
  public double macroF1() {
    return classes().mapToDouble(this::f1).average().orElseThrow();
  }

  /** Returns the share of the utterances of a class that were predicted right. */
  public double recall(int label) {
    return ratio(counts[label][label], support(label));
  }

  /** Returns the harmonic mean of the recall and the precision of a class. */
  public double f1(int label) {
    int predicted = classes().map(i -> counts[i][label]).sum();
    return ratio(2 * counts[label][label], support(label) + predicted);
  }

  /** Returns the number of utterances of a class. */
  public int support(int label) {
    return IntStream.of(counts[label]).sum();
  }

  private IntStream classes() {
    return IntStream.range(0, labels.size());
  }

  private static double ratio(int dividend, int divisor) {
    return divisor == 0 ? 0 : (double) dividend / divisor;
  }

  /** Returns a table for the terminal: rows true, columns predicted, and the measures. */
  @Override
  public String toString() {
    int width = 2 + labels.stream().mapToInt(String::length).reduce("true".length(), Math::max);
    String name = "%-" + width + "s";
    String cell = "%" + width + "s";
    StringBuilder table = new StringBuilder(String.format(name, "true"));
    labels.forEach(label -> table.append(String.format(cell, label)));
    table.append("   recall       F1\n");
    for (int i = 0; i < labels.size(); i++) {
      table.append(String.format(name, labels.get(i)));
      for (int count : counts[i]) {
        table.append(String.format(Locale.ROOT, cell, count));
      }
      table.append(String.format(Locale.ROOT, "%9.3f%9.3f\n", recall(i), f1(i)));
    }
    return table
        + String.format(
            Locale.ROOT,
            "WA %.3f   UA %.3f   macro-F1 %.3f",
            weightedAccuracy(),
            unweightedAccuracy(),
            macroF1());
  }
}
