package io.loramer.tools.report;

import io.loramer.training.RunConfigFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * The scores of experiments side by side, in the form of the paper's tables: modality, model, UA,
 * WA; or λ, UA, WA; with a column for each other key in which they differ.
 */
final class ScoreTable {
  /** What stands for scores that were chosen on the test split, wherever they are. */
  static final String CHOSEN_ON_TEST = "best epoch on test";

  private static final String LAMBDA = "head.mine.lambda";

  /** What the column of the model says. */
  private static final Set<String> OF_MODEL =
      Set.of("audio.encoder", "audio.adaptation", "text.encoder", "text.source");

  /** Who is left out in which run, and where files lie, is no choice to compare. */
  private static final Set<String> OF_RUN =
      Set.of(
          "training.seed",
          "cache.folder",
          "data.validation.speakers",
          "data.validation.sessions",
          "data.test.speakers",
          "data.test.sessions");

  private final List<Experiment> experiments;
  private final boolean modelsDiffer;
  private final List<String> keys; // in which they differ, beside the model

  ScoreTable(List<Experiment> experiments) {
    this.experiments = experiments;
    this.modelsDiffer = experiments.stream().map(Experiment::model).distinct().count() > 1;
    this.keys = new ArrayList<>(varied(experiments));
  }

  private static Set<String> varied(List<Experiment> experiments) {
    Map<String, String> first = RunConfigFile.keys(experiments.get(0).config());
    Set<String> varied = new TreeSet<>();
    for (Experiment experiment : experiments) {
      RunConfigFile.keys(experiment.config())
          .forEach(
              (key, value) -> {
                if (!value.equals(first.get(key)) && !OF_MODEL.contains(key)) {
                  varied.add(key);
                }
              });
    }
    varied.removeAll(OF_RUN);
    return varied;
  }

  /** Returns the table and, for several experiments, its picture. */
  List<Element> figures() {
    List<Element> figures = new ArrayList<>();
    figures.add(Figure.of("Accuracy on the test splits", caption(), Figure.table(table())));
    if (experiments.size() > 1) {
      chart().ifPresent(figures::add);
    }
    return figures;
  }

  private String caption() {
    String caption =
        "In percent: unweighted accuracy (UA: mean recall of the classes) and weighted accuracy (WA:"
            + " share of the utterances), mean ± standard deviation over the runs, and below in"
            + " brackets the 95 % confidence interval of the mean.";
    return hasPaper()
        ? caption + " The paper's numbers are of IEMOCAP, with encoders and a protocol of its own."
        : caption;
  }

  private boolean hasPaper() {
    return experiments.stream().anyMatch(experiment -> experiment.paper().isPresent());
  }

  /** Returns the names of the columns and, of an experiment, what stands there before the scores. */
  private Map<String, String> description(Experiment experiment) {
    Map<String, String> columns = new LinkedHashMap<>();
    if (modelsDiffer || keys.isEmpty()) {
      columns.put("Model", experiment.model());
      columns.put("Modality", experiment.modality());
    }
    Map<String, String> values = RunConfigFile.keys(experiment.config());
    for (String key : keys) {
      columns.put(key.equals(LAMBDA) ? "λ" : key, values.getOrDefault(key, ""));
    }
    return columns;
  }

  private Element table() {
    List<String> head = new ArrayList<>(description(experiments.get(0)).keySet());
    head.addAll(List.of("UA (%)", "WA (%)"));
    if (hasPaper()) {
      head.addAll(List.of("paper: UA (%)", "paper: WA (%)"));
    }
    head.add("runs");
    Element body = Element.of("tbody");
    experiments.forEach(experiment -> body.add(row(experiment)));
    return Element.of("table", Figure.head(head.toArray(String[]::new)), body)
        .with("class", "scores");
  }

  private Element row(Experiment experiment) {
    List<String> described = new ArrayList<>(description(experiment).values());
    Element row =
        Figure.row(
            described.get(0), described.subList(1, described.size()).toArray(String[]::new));
    row.add(score(experiment.ua(), experiment), score(experiment.wa(), experiment));
    if (hasPaper()) {
      row.add(
          paper(experiment.paper().map(Experiment.Paper::ua)),
          paper(experiment.paper().map(Experiment.Paper::wa)));
    }
    return row.add(
        Element.of("td", Integer.toString(experiment.runs().size())).with("class", "number"));
  }

  private static Element score(Optional<Score> score, Experiment experiment) {
    Element cell =
        Element.of("td", score.map(Score::percent).orElse("–")).with("class", "number score");
    score
        .map(Score::intervalPercent)
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> cell.add(Element.of("span", text).with("class", "interval")));
    if (experiment.bestEpochOnTest() && score.isPresent()) {
      cell.add(Element.of("span", CHOSEN_ON_TEST).with("class", "badge"));
    }
    return cell;
  }

  private static Element paper(Optional<Double> share) {
    return Element.of("td", share.map(Score::percent).orElse("–")).with("class", "number");
  }

  private Optional<Element> chart() {
    List<IntervalChart.Row> rows = new ArrayList<>();
    for (Experiment experiment : experiments) {
      experiment.ua().ifPresent(ua -> rows.add(chartRow(experiment, ua)));
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    String heading = "Unweighted accuracy, compared";
    String caption =
        "Dots: mean UA; lines: its 95 % confidence interval; dashed: chance."
            + (hasPaper() ? " Hollow diamonds: the paper's." : "");
    double chance = 1.0 / experiments.get(0).labels().size();
    return Optional.of(
        Figure.of(
            heading,
            caption,
            new IntervalChart(heading, "UA", rows, OptionalDouble.of(chance)).svg()));
  }

  private IntervalChart.Row chartRow(Experiment experiment, Score ua) {
    String mark = experiment.bestEpochOnTest() ? " (" + CHOSEN_ON_TEST + ")" : "";
    return new IntervalChart.Row(
        name(experiment),
        ua.percent() + mark,
        ua.mean(),
        ua.interval().orElse(new Interval(ua.mean(), ua.mean())),
        experiment.paper().isPresent()
            ? OptionalDouble.of(experiment.paper().get().ua())
            : OptionalDouble.empty());
  }

  /** Tells an experiment from the others in a line. */
  String name(Experiment experiment) {
    List<String> parts = new ArrayList<>();
    description(experiment)
        .forEach(
            (column, value) -> {
              if (column.equals("Model")) {
                parts.add(value);
              } else if (!column.equals("Modality")) {
                parts.add(column + " = " + value);
              }
            });
    return String.join(", ", parts);
  }
}
