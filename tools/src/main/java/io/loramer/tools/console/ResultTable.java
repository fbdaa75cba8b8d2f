package io.loramer.tools.console;

import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.run.RunMetrics;
import java.util.Locale;

/** The results of a run as a text table. */
public record ResultTable(RunMetrics metrics) {
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder("split       utterances     UA     WA  macro-F1\n");
    table.append(row("validation", metrics.validation()));
    metrics.test().ifPresent(test -> table.append(row("test", test)));
    table.append("best epoch ").append(metrics.bestEpoch()).append('\n');
    return table.toString();
  }

  private static String row(String name, SplitMetrics split) {
    return String.format(
        Locale.ROOT,
        "%-10s %11d  %.3f  %.3f     %.3f%n",
        name,
        split.utterances(),
        split.unweightedAccuracy(),
        split.weightedAccuracy(),
        split.macroF1());
  }
}
