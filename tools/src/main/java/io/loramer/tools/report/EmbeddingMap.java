package io.loramer.tools.report;

import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A map of the fused embeddings of one run's validation and test utterances in two dimensions.
 * Embeddings of different runs are not comparable, so the run with the median test UA is shown.
 */
final class EmbeddingMap {
  private static final double HEIGHT = 330;
  private static final double BORDER = 12;

  private final ReportedRun run;
  private final String choice; // what the caption states about the run; empty if it is the only one
  private final PrincipalComponents components;

  private EmbeddingMap(ReportedRun run, String choice, PrincipalComponents components) {
    this.run = run;
    this.choice = choice;
    this.components = components;
  }

  /**
   * Reads the embeddings of the run with the median test UA; empty if no run has any.
   *
   * @throws IOException if their number differs from that of the run's predictions, or they are
   *     malformed
   */
  static Optional<EmbeddingMap> of(List<ReportedRun> runs) throws IOException {
    List<ReportedRun> embedded =
        runs.stream()
            .filter(run -> Files.isRegularFile(run.folder().resolve(RunFolder.EMBEDDINGS)))
            .sorted(Comparator.comparing(EmbeddingMap::testUa))
            .toList();
    if (embedded.isEmpty()) {
      return Optional.empty();
    }
    ReportedRun run = embedded.get((embedded.size() - 1) / 2);
    double[][] rows = read(run);
    String choice =
        runs.size() == 1 ? "" : " of the run " + run.name() + ", which has the median UA";
    return rows.length < 2
        ? Optional.empty()
        : Optional.of(new EmbeddingMap(run, choice, PrincipalComponents.of(rows)));
  }

  private static double testUa(ReportedRun run) {
    return run.test().map(SplitMetrics::unweightedAccuracy).orElse(0.0);
  }

  private static double[][] read(ReportedRun run) throws IOException {
    Path file = run.folder().resolve(RunFolder.EMBEDDINGS);
    double[][] rows;
    try (Stream<String> lines = Files.lines(file)) {
      rows =
          lines
              .map(line -> Stream.of(line.split("\t")).mapToDouble(Double::parseDouble).toArray())
              .toArray(double[][]::new);
    } catch (NumberFormatException e) {
      throw new IOException(file + ": expected numbers between tabs: " + e.getMessage(), e);
    }
    boolean even = Stream.of(rows).allMatch(row -> row.length >= 2 && row.length == rows[0].length);
    if (rows.length != run.predictions().size() || !even) {
      throw new IOException(
          ("%s: expected %d lines, as predictions.jsonl has, each of the same two or more numbers;"
                  + " found %d lines")
              .formatted(file, run.predictions().size(), rows.length));
    }
    return rows;
  }

  /** Draws the map twice, coloured by emotion and by speaker. */
  List<Element> figures() {
    return List.of(
        figure("by emotion", Prediction::label), figure("by speaker", Prediction::speaker));
  }

  private Element figure(String how, Function<Prediction, String> kind) {
    List<String> kinds = run.predictions().stream().map(kind).distinct().sorted().toList();
    String title = "Fused embedding, " + how;
    String caption =
        String.format(
            Locale.ROOT,
            "First two principal components (%.0f %% and %.0f %% of the variance) of the %d"
                + " validation and test utterances%s.",
            100 * components.firstShare(),
            100 * components.secondShare(),
            run.predictions().size(),
            choice);
    Plot plot =
        new Plot(title, caption + " Shapes and colours: " + String.join(", ", kinds), HEIGHT);
    plot.frame();
    Element legend = Element.of("ul").with("class", "legend");
    for (int i = 0; i < kinds.size(); i++) {
      plot.add(marks(i, path(kinds.get(i), kind, i)));
      Element swatch =
          Element.of("svg", marks(i, Palette.shape(i, 6, 6)))
              .with("viewBox", "0 0 12 12")
              .with("class", "symbol")
              .with("aria-hidden", "true");
      legend.add(Element.of("li", swatch).text(kinds.get(i)));
    }
    return Figure.of(title, caption, plot.svg(), legend);
  }

  private static Element marks(int index, String path) {
    return Element.of("path").with("d", path).with("class", "mark " + Palette.colour(index));
  }

  private String path(String wanted, Function<Prediction, String> kind, int index) {
    List<PrincipalComponents.Point> points = components.points();
    Scale x =
        Scale.covering(points.stream().mapToDouble(p -> p.first()), BORDER, Plot.WIDTH - BORDER);
    Scale y = Scale.covering(points.stream().mapToDouble(p -> p.second()), HEIGHT - BORDER, BORDER);
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < points.size(); i++) {
      if (kind.apply(run.predictions().get(i)).equals(wanted)) {
        PrincipalComponents.Point point = points.get(i);
        path.append(Palette.shape(index, x.at(point.first()), y.at(point.second())));
      }
    }
    return path.toString();
  }
}
