package io.loramer.training.experiments;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a sweep came to: its {@code summary.json}. While it runs, the points until then. */
public record SweepSummary(List<Row> rows) {
  /**
   * A point.
   *
   * @param folder below that of the sweep
   * @param paper what was published of such a configuration, in percent
   * @param result absent of a point that failed
   * @param failure why
   */
  public record Row(
      String name,
      String folder,
      Map<String, Double> paper,
      Optional<CrossvalSummary> result,
      Optional<String> failure) {}

  public SweepSummary {
    rows = List.copyOf(rows);
  }
}
