package io.loramer.tools.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.recognition.measures.Prediction;
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

  /** The reason for the n of {@link Experiment#ua}. */
  private static final String TRIALS_OF_UA =
      "For the UA, n counts each label as often as the rarest one.";

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
    String heading = isSingleRun() ? "Accuracy on the test split" : "Accuracy on the tested folds";
    figures.add(Figure.of(heading, caption(), Figure.table(table())));
    if (experiments.size() > 1) {
      chart().ifPresent(figures::add);
    }
    return figures;
  }

  private boolean isSingleRun() {
    return experiments.get(0).isSingleRun();
  }

  private String caption() {
    if (experiments.stream().allMatch(experiment -> experiment.chance().isEmpty())) {
      return "The run has no test split; the scores of its validation split are below.";
    }
    return "In percent: unweighted accuracy (UA: mean recall of the classes) and weighted accuracy"
        + " (WA: share of the utterances)"
        + (isSingleRun() ? ofOneRun() : ofSeveralRuns())
        + " Chance: UA of a guess at random, WA of always answering the label that most of the"
        + " tested utterances have."
        + (hasPaper()
            ? " The paper's numbers are for IEMOCAP, with its own encoders and protocol."
            : "");
  }

  private String ofOneRun() {
    Experiment run = experiments.get(0);
    return ". In brackets the 95 % interval of Wilson for n utterances, as if they were"
        + " independent, though there are %s with %s. "
            .formatted(
                count(run.tested().stream().map(Prediction::speaker).distinct().count(), "speaker"),
                count(run.tested().size(), "utterance"))
        + TRIALS_OF_UA;
  }

  private static String ofSeveralRuns() {
    return ", mean ± standard deviation over the runs. Pooled: the predictions of all runs counted"
        + " together, with the 95 % interval by resampling speakers with replacement; where all"
        + " speakers have the same value, with that of Wilson for n utterances, as if they were"
        + " independent. "
        + TRIALS_OF_UA;
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
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
    if (!isSingleRun()) {
      head.add("runs");
    }
    Element body = Element.of("tbody");
    experiments.forEach(experiment -> body.add(row(experiment)));
    Element foot = Element.of("tfoot");
    chances().forEach(chance -> foot.add(row(chance, head.size())));
    return Element.of("table", Figure.head(head), body, foot).with("class", "wide");
  }

  /** Returns the chance levels, of which there are several if the experiments' labels differ. */
  private List<Experiment.Chance> chances() {
    return experiments.stream().flatMap(e -> e.chance().stream()).distinct().toList();
  }

  private Element row(Experiment.Chance chance, int columns) {
    Element row = Element.of("tr");
    if (!onlyLambdaDiffers) {
      row.add(Element.of("td"));
    }
    row.add(Element.of("th", "chance, " + chance.labels() + " labels").with("scope", "row"));
    row.add(
        Figure.number(Score.percent(chance.unweightedAccuracy())),
        Figure.number(Score.percent(chance.weightedAccuracy())));
    int empty = columns - (onlyLambdaDiffers ? 3 : 4);
    return empty == 0 ? row : row.add(Element.of("td").with("colspan", Integer.toString(empty)));
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
    return isSingleRun() ? row : row.add(Figure.number(Integer.toString(experiment.runs().size())));
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
    List<Integer> labels = experiments.stream().map(e -> e.labels().size()).distinct().toList();
    OptionalDouble chance =
        labels.size() == 1 ? OptionalDouble.of(1.0 / labels.get(0)) : OptionalDouble.empty();
    return Optional.of(
        Figure.of(
            heading,
            "Dots: pooled UA; lines: its 95 % interval; both in percent at the right."
                + (chance.isPresent() ? " Dashed: chance." : "")
                + (hasPaper() ? " Hollow diamonds: the paper's." : "")
                + caveats(),
            new IntervalChart(heading, "UA", rows, chance).svg()));
  }

  /** Returns the caveats of all experiments, which share a protocol. */
  private String caveats() {
    List<String> all = experiments.stream().flatMap(e -> e.caveats().stream()).distinct().toList();
    return all.isEmpty() ? "" : " All: " + String.join(", ", all) + ".";
  }

  private static IntervalChart.Row chartRow(Experiment experiment, Score ua) {
    Double paper = experiment.paper().get("UA");
    return new IntervalChart.Row(
        experiment.name(),
        ua.pooledPercent(),
        ua.pooled(),
        ua.interval(),
        paper == null ? OptionalDouble.empty() : OptionalDouble.of(paper / 100));
  }
}
