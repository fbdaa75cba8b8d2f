package io.loramer.tools.report;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.config.SplitConfig;
import io.loramer.training.run.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The results of each run, and what is needed to reproduce them. */
final class Reproduction {
  private static final List<String> RUN_COLUMNS =
      List.of(
          "run",
          "seed",
          "validation",
          "test",
          "best epoch",
          "epochs",
          "validation UA (%)",
          "test UA (%)",
          "test WA (%)",
          "macro-F1",
          "utterances");

  private final Experiment experiment;
  private final List<ReportedRun> runs;

  Reproduction(Experiment experiment) {
    this.experiment = experiment;
    this.runs = experiment.runs();
  }

  List<Element> figures() {
    return List.of(runsTable(), command(), settings(), origins());
  }

  private Element command() {
    String config = experiment.folder().resolve("config.yaml").toString();
    String command =
        experiment
            .summary()
            .map(
                summary ->
                    ("lora-mer crossval --config %s --folds-by %s --folds %d --seeds %s"
                            + " --protocol %s --out NEW")
                        .formatted(
                            config,
                            word(summary.foldsBy()),
                            summary.folds(),
                            summary.seeds().stream().map(String::valueOf).collect(joining(",")),
                            word(summary.protocol())))
            .orElse("lora-mer train --config %s --run NEW".formatted(config));
    return Figure.of(
        "Command",
        "With the same corpus and encoders: see the hashes.",
        Element.of("pre", Element.of("code", command)).with("class", "wide"));
  }

  private static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  private Element runsTable() {
    Element body = Element.of("tbody");
    for (ReportedRun run : runs) {
      SplitMetrics validation = run.metrics().validation();
      Element row = Figure.row(run.name(), Long.toString(run.config().training().seed()));
      SplitConfig choosing = run.config().data().validation();
      SplitConfig testing = run.config().data().test();
      row.add(names(choosing, true), names(testing, run.test().isPresent()));
      row.add(
          Figure.number(Integer.toString(run.metrics().bestEpoch())),
          Figure.number(Integer.toString(run.epochs().size())),
          Figure.number(Score.percent(validation.unweightedAccuracy())),
          Figure.number(test(run, m -> Score.percent(m.unweightedAccuracy()))),
          Figure.number(test(run, m -> Score.percent(m.weightedAccuracy()))),
          Figure.number(test(run, m -> String.format(Locale.ROOT, "%.3f", m.macroF1()))),
          Figure.number(test(run, m -> Integer.toString(m.utterances()))));
      body.add(row);
    }
    Element table = Element.of("table", Figure.head(RUN_COLUMNS), body).with("class", "wide");
    return Figure.of(
        experiment.isSingleRun() ? "Run" : "Runs",
        "The speakers or sessions that choose the best epoch (validation) and measure it (test);"
            + " the others are the training data. "
            + (experiment.isSingleRun()
                ? "The run's folder has the whole config.yaml."
                : "Each run's folder has its whole config.yaml."),
        Figure.table(table));
  }

  /**
   * Names the members of a split; if the configuration names none, they are those of the manifest.
   *
   * @param exists whether the run has the split
   */
  private static Element names(SplitConfig split, boolean exists) {
    List<String> names = new ArrayList<>();
    split.sessions().forEach(session -> names.add("session " + session));
    names.addAll(split.speakers());
    if (!split.utterances().isEmpty()) {
      names.add(split.utterances().size() + " utterances");
    }
    if (names.isEmpty()) {
      names.add(exists ? "as in the manifest" : "–");
    }
    return Element.of("td", String.join(", ", names));
  }

  private static String test(ReportedRun run, Function<SplitMetrics, String> measure) {
    return run.test().map(measure).orElse("–");
  }

  private Element settings() {
    Map<String, JsonNode> defaults = RunConfigFile.keys(RunConfig.defaults());
    Element body = Element.of("tbody");
    RunConfigFile.keys(experiment.config())
        .forEach(
            (key, value) -> {
              JsonNode usual = defaults.get(key);
              if (!value.equals(usual) && !key.equals("training.seed")) {
                body.add(Figure.row(key, value.toString(), usual.toString()));
              }
            });
    Element table = Element.of("table", Figure.head(List.of("key", "here", "default")), body);
    return Figure.of(
        "Configuration",
        experiment.isSingleRun()
            ? "The keys that differ from the defaults; the seed is listed above."
            : "The keys that differ from the defaults in all runs; seeds and folds are listed above.",
        Figure.table(table.with("class", "code")));
  }

  private Element origins() {
    Element body = Element.of("tbody");
    row(body, "lora-mer", Provenance::loraMer);
    row(body, "TensorFlow", Provenance::tensorFlow);
    row(body, "Java", Provenance::java);
    row(body, "processor", p -> p.processor() + ", " + p.cores() + " cores");
    row(body, "manifest, SHA-256", Provenance::manifestSha256);
    for (String encoder : runs.get(0).provenance().encodersSha256().keySet()) {
      row(body, encoder + ", SHA-256", p -> p.encodersSha256().getOrDefault(encoder, "–"));
    }
    return Figure.of(
        "Versions and hashes",
        "Versions and hashes at the start of the %s."
            .formatted(experiment.isSingleRun() ? "run" : "runs"),
        Figure.table(Element.of("table", body).with("class", "code")));
  }

  private void row(Element body, String name, Function<Provenance, String> value) {
    List<String> values =
        runs.stream().map(run -> value.apply(run.provenance())).distinct().toList();
    body.add(Figure.row(name, String.join("; ", values)));
  }
}
