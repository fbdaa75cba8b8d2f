package io.loramer.tools.corpus;

import static java.util.stream.Collectors.toCollection;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The counts of a corpus as a text table: a row for each split, session and speaker and for all, a
 * column for each label.
 *
 * @param seconds the length of each utterance, 0 if unknown; empty if they were not measured
 */
record CorpusTable(List<Utterance> utterances, List<Double> seconds) {
  /** The most rows of speakers or sessions; those with the fewest utterances are summed up. */
  private static final int ROWS = 30;

  private static final int MIN_WIDTH = 7;

  @Override
  public String toString() {
    List<String> labels =
        List.copyOf(utterances.stream().map(Utterance::label).collect(toCollection(TreeSet::new)));
    StringBuilder table = new StringBuilder();
    group(table, labels, "split", utterance -> utterance.split().map(Split::word));
    group(table, labels, "session", Utterance::session);
    group(table, labels, "speaker", utterance -> Optional.of(utterance.speaker()));
    header(table, labels, "");
    row(table, labels, "all", IntStream.range(0, utterances.size()).boxed().toList());
    table.append(
        "%nwords: %d of %d utterances%n"
            .formatted(
                utterances.stream().filter(utterance -> utterance.text().isPresent()).count(),
                utterances.size()));
    lengths(table);
    return table.toString();
  }

  /** Adds a row for each value of a property, unless no utterance has the property. */
  private void group(
      StringBuilder table,
      List<String> labels,
      String title,
      Function<Utterance, Optional<String>> key) {
    Map<String, List<Integer>> groups = new TreeMap<>();
    for (int i = 0; i < utterances.size(); i++) {
      groups
          .computeIfAbsent(key.apply(utterances.get(i)).orElse("(none)"), k -> new ArrayList<>())
          .add(i);
    }
    if (groups.keySet().equals(Set.of("(none)"))) {
      return;
    }
    header(table, labels, title);
    List<String> largest =
        groups.keySet().stream()
            .sorted(Comparator.comparing((String name) -> -groups.get(name).size()))
            .limit(ROWS)
            .toList();
    List<Integer> rest = new ArrayList<>();
    groups.forEach(
        (name, members) -> {
          if (largest.contains(name)) {
            row(table, labels, name, members);
          } else {
            rest.addAll(members);
          }
        });
    if (!rest.isEmpty()) {
      row(table, labels, (groups.size() - largest.size()) + " more", rest);
    }
    table.append('\n');
  }

  private void header(StringBuilder table, List<String> labels, String title) {
    table.append("%-16s".formatted(title));
    labels.forEach(label -> table.append(" %%%ds".formatted(width(label)).formatted(label)));
    table.append("     all").append(seconds.isEmpty() ? "\n" : "  minutes\n");
  }

  private void row(StringBuilder table, List<String> labels, String name, List<Integer> members) {
    table.append("%-16s".formatted(name));
    for (String label : labels) {
      long count = members.stream().filter(i -> utterances.get(i).label().equals(label)).count();
      table.append(" %%%dd".formatted(width(label)).formatted(count));
    }
    table.append(" %7d".formatted(members.size()));
    if (!seconds.isEmpty()) {
      double sum = members.stream().mapToDouble(seconds::get).sum();
      table.append(String.format(Locale.ROOT, " %8.1f", sum / 60));
    }
    table.append('\n');
  }

  private static int width(String label) {
    return Math.max(MIN_WIDTH, label.length());
  }

  private void lengths(StringBuilder table) {
    double[] sorted =
        seconds.stream().mapToDouble(Double::doubleValue).filter(s -> s > 0).sorted().toArray();
    if (sorted.length > 0) {
      table.append(
          String.format(
              Locale.ROOT,
              "seconds: shortest %.2f, median %.2f, mean %.2f, 95 %% %.2f, 99 %% %.2f,"
                  + " longest %.2f%n",
              sorted[0],
              quantile(sorted, 0.5),
              DoubleStream.of(sorted).average().orElseThrow(),
              quantile(sorted, 0.95),
              quantile(sorted, 0.99),
              sorted[sorted.length - 1]));
    }
  }

  /** Returns the smallest length that a given share of the utterances does not exceed. */
  private static double quantile(double[] sorted, double part) {
    return sorted[(int) Math.ceil(part * sorted.length) - 1];
  }
}
