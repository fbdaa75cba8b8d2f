package io.loramer.tools.experiments;

import io.loramer.training.experiments.CrossvalSummary;
import io.loramer.training.experiments.MeasureSummary;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The results of a cross-validation as a text table. */
record CrossvalTable(CrossvalSummary summary) {
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    table.append(
        "protocol %s%nfolds by %s: %d, seeds: %d, runs: %d%n"
            .formatted(
                summary.note(),
                summary.foldsBy().word(),
                summary.folds(),
                summary.seeds().size(),
                summary.runs().size()));
    summary.warnings().forEach(warning -> table.append(warning).append('\n'));
    table.append('\n');
    String name = "%-" + width() + "s";
    table.append(name.formatted(""));
    table.append("   mean  sd of runs  sd of seeds' means  pooled        95 % of it\n");
    table.append(row(name, "UA", summary.unweightedAccuracy()));
    table.append(row(name, "WA", summary.weightedAccuracy()));
    table.append(row(name, "macro-F1", summary.macroF1()));
    summary
        .recall()
        .forEach((label, recall) -> table.append(row(name, "recall of " + label, recall)));
    table.append(
        "intervals: percentiles of %d draws of all %d %s with replacement%n"
            .formatted(
                summary.interval().resamples(),
                summary.interval().clusters(),
                summary.interval().resampled()));
    if (measures().anyMatch(measure -> measure.low().isEmpty())) {
      table.append(
          "-: drawing speakers gives no interval, since all have the same value; report.html has"
              + " Wilson's\n");
    }
    return table.toString();
  }

  private Stream<MeasureSummary> measures() {
    return Stream.concat(
        Stream.of(summary.unweightedAccuracy(), summary.weightedAccuracy(), summary.macroF1()),
        summary.recall().values().stream());
  }

  private int width() {
    return "recall of ".length()
        + summary.labels().stream().mapToInt(String::length).max().orElseThrow();
  }

  private static String row(String name, String measure, MeasureSummary value) {
    return name.formatted(measure)
        + String.format(
            Locale.ROOT,
            "  %.3f  %10.3f  %18s   %.3f  %5s to %5s%n",
            value.mean(),
            value.sdOfRuns(),
            decimals(value.sdOfSeedMeans()),
            value.pooled(),
            decimals(value.low()),
            decimals(value.high()));
  }

  private static String decimals(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.3f", value.getAsDouble()) : "-";
  }
}
