package io.loramer.tools.experiments;

import io.loramer.training.experiments.CrossvalSummary;
import io.loramer.training.experiments.MeasureSummary;
import io.loramer.training.experiments.SweepSummary;
import java.util.Locale;
import java.util.OptionalDouble;

/** The results of a sweep as a text table: one row per point, in percent. */
record SweepTable(SweepSummary summary) {
  @Override
  public String toString() {
    int width = summary.rows().stream().mapToInt(row -> row.name().length()).max().orElseThrow();
    String name = "%-" + width + "s  ";
    StringBuilder table = new StringBuilder();
    summary.rows().stream()
        .flatMap(row -> row.result().stream())
        .findFirst()
        .ifPresent(result -> table.append("protocol ").append(result.note()).append("\n\n"));
    table.append(name.formatted(""));
    table.append(
        "  UA ± sd of runs  pooled        95 % of it     WA ± sd of runs   paper UA     WA\n");
    for (SweepSummary.Row row : summary.rows()) {
      table.append(name.formatted(row.name()));
      table.append(row.result().map(result -> cells(result, row)).orElse("failed"));
      table.append('\n');
    }
    return table.toString();
  }

  private static String cells(CrossvalSummary result, SweepSummary.Row row) {
    MeasureSummary ua = result.unweightedAccuracy();
    MeasureSummary wa = result.weightedAccuracy();
    return String.format(
        Locale.ROOT,
        "%6.2f ± %5.2f   %6.2f  %6s to %6s   %6.2f ± %5.2f       %6s %6s",
        100 * ua.mean(),
        100 * ua.sdOfRuns(),
        100 * ua.pooled(),
        percent(ua.low()),
        percent(ua.high()),
        100 * wa.mean(),
        100 * wa.sdOfRuns(),
        published(row, "UA"),
        published(row, "WA"));
  }

  private static String percent(OptionalDouble share) {
    return share.isPresent() ? String.format(Locale.ROOT, "%.2f", 100 * share.getAsDouble()) : "-";
  }

  private static String published(SweepSummary.Row row, String measure) {
    Double percent = row.paper().get(measure);
    return percent == null ? "-" : String.format(Locale.ROOT, "%.2f", percent);
  }
}
