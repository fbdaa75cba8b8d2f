package io.loramer.tools.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.training.config.RunConfigFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * The scores of experiments in a table like the paper's Table 1 (modality, model, UA, WA) or, if
 * only λ differs, like its Table 2 (λ, UA, WA).
 */
final class ScoreTable {
  private static final String LAMBDA = "head.mine.lambda";

  private final List<Experiment> experiments;
  private final boolean onlyLambdaDiffers;

  ScoreTable(List<Experiment> experiments) {
    this.experiments = experiments;
    this.onlyLambdaDiffers = varied(experiments).equals(Set.of(LAMBDA));
  }

  /** Returns the keys in which experiments differ. */
  private static Set<String> varied(List<Experiment> experiments) {
    Map<String, JsonNode> first = keys(experiments.get(0));
    Set<String> varied = new TreeSet<>();
    for (Experiment experiment : experiments) {
      keys(experiment)
          .forEach(
              (key, value) -> {
                if (!value.equals(first.get(key))) {
                  varied.add(key);
                }
              });
    }
    return varied;
  }

  private static Map<String, JsonNode> keys(Experiment experiment) {
    return RunConfigFile.keys(experiment.config());
  }

  /** Returns the table and, for several experiments, its picture. */
  List<Element> figures() {
    List<Element> figures = new ArrayList<>();
    figures.add(Figure.of("Accuracy on the tested folds", caption(), Figure.table(table())));
    if (experiments.size() > 1) {
      chart().ifPresent(figures::add);
    }
    return figures;
  }

  private String caption() {
    return "In percent: unweighted accuracy (UA: mean recall of the classes) and weighted accuracy"
        + " (WA: share of the utterances), mean ± standard deviation over the runs. In"
        + " brackets the 95 % interval of the predictions of all runs together, by"
        + " resampling speakers with replacement."
        + (hasPaper()
            ? " The paper's numbers are for IEMOCAP, with its own encoders and protocol."
            : "");
  }

  private boolean hasPaper() {
    return experiments.stream().anyMatch(experiment -> !experiment.paper().isEmpty());
  }

  private Element table() {
    List<String> head =
        new ArrayList<>(onlyLambdaDiffers ? List.of("λ") : List.of("Modality", "Model"));
    head.addAll(List.of("UA (%)", "WA (%)"));
    if (hasPaper()) {
      head.addAll(List.of("paper: UA (%)", "paper: WA (%)"));
    }
    head.add("runs");
    Element body = Element.of("tbody");
    experiments.forEach(experiment -> body.add(row(experiment)));
    return Element.of("table", Figure.head(head), body).with("class", "wide");
  }

  private Element row(Experiment experiment) {
    Element row = Element.of("tr");
    if (!onlyLambdaDiffers) {
      row.add(Element.of("td", experiment.modality()));
    }
    String name = onlyLambdaDiffers ? keys(experiment).get(LAMBDA).toString() : experiment.name();
    row.add(Element.of("th", name).with("scope", "row"));
    row.add(score(experiment.ua(), experiment), score(experiment.wa(), experiment));
    if (hasPaper()) {
      row.add(paper(experiment, "UA"), paper(experiment, "WA"));
    }
    return row.add(Figure.number(Integer.toString(experiment.runs().size())));
  }

  private static Element score(Optional<Score> score, Experiment experiment) {
    Element cell = Figure.number(score.map(Score::percent).orElse("–"));
    score
        .map(Score::intervalPercent)
        .ifPresent(text -> cell.text(" ").add(Element.of("span", text).with("class", "interval")));
    for (String caveat : experiment.caveats()) {
      cell.text(" ").add(Element.of("span", caveat).with("class", "badge"));
    }
    return cell;
  }

  private static Element paper(Experiment experiment, String measure) {
    Double percent = experiment.paper().get(measure);
    return Figure.number(percent == null ? "–" : Score.twoDecimals(percent));
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
    double chance = 1.0 / experiments.get(0).labels().size();
    return Optional.of(
        Figure.of(
            heading,
            "Dots: mean UA; lines: the 95 % interval; dashed: chance."
                + (hasPaper() ? " Hollow diamonds: the paper's." : ""),
            new IntervalChart(heading, "UA", rows, OptionalDouble.of(chance)).svg()));
  }

  private static IntervalChart.Row chartRow(Experiment experiment, Score ua) {
    List<String> caveats = experiment.caveats();
    String mark = caveats.isEmpty() ? "" : " (" + String.join(", ", caveats) + ")";
    Double paper = experiment.paper().get("UA");
    return new IntervalChart.Row(
        experiment.name(),
        ua.percent() + mark,
        ua.mean(),
        ua.interval().orElse(new Interval(ua.mean(), ua.mean())),
        paper == null ? OptionalDouble.empty() : OptionalDouble.of(paper / 100));
  }
}
