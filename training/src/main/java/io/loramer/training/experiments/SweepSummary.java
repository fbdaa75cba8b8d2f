package io.loramer.training.experiments;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The results of a sweep, {@code summary.json}; while it runs, those of the points done so far. */
public record SweepSummary(List<Row> rows) {
  /**
   * The result of one point.
   *
   * @param folder below that of the sweep
   * @param paper published results of this configuration, in percent
   * @param result absent if the point failed
   * @param failure the reason, if the point failed
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
