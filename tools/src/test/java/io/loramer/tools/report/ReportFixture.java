package io.loramer.tools.report;

import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.Recognition;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.experiments.CrossvalSummary;
import io.loramer.training.experiments.FoldsBy;
import io.loramer.training.experiments.MeasureSummary;
import io.loramer.training.experiments.Protocol;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.Provenance;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A cross-validation on disk: two folds with two seeds. Each run tests the same five utterances of
 * its fold: it recognises anger, recognises joy as neutral with probability 0.9, and every other
 * neutral utterance as anger with probability 0.6.
 */
final class ReportFixture {
  static final String WORDS = "words of ";

  private final Path folder;
  private Path corpus;
  private Protocol protocol = Protocol.CLEAN;
  private FoldsBy foldsBy = FoldsBy.SPEAKER;
  private String splits = "";
  private String joy = "joy";
  private String speaker = "s";
  private String idPrefix = "u";
  private String config = "audio: {encoder: /encoders/wavlm}\ntext: {encoder: /encoders/roberta}\n";
  private List<String> warnings = List.of();
  private boolean bothModalities = true;
  private boolean embeddings = true;
  private boolean manifest = true;
  private boolean varies = true;

  ReportFixture(Path folder) {
    this.folder = folder;
    this.corpus = folder.resolve("corpus.jsonl");
  }

  /** Writes the manifest with the words to another place. */
  ReportFixture corpus(Path file) {
    corpus = file;
    return this;
  }

  ReportFixture protocol(Protocol other) {
    protocol = other;
    return this;
  }

  /** Splits by utterances: three test utterances, and two for validation. */
  ReportFixture byUtterance() {
    foldsBy = FoldsBy.UTTERANCE;
    splits = ", validation: {utterances: [a, b]}, test: {utterances: [c, d, e]}";
    return this;
  }

  /** Puts HTML markup wherever text of a corpus is shown. */
  ReportFixture named(String hostile) {
    joy = "joy" + hostile;
    speaker = "s" + hostile;
    idPrefix = "u" + hostile;
    return this;
  }

  ReportFixture lambda(double lambda) {
    config += "head: {mine: {lambda: " + lambda + "}}\n";
    return this;
  }

  ReportFixture audioOnly() {
    config = "audio: {encoder: /encoders/wavlm}\n";
    bothModalities = false;
    return this;
  }

  ReportFixture withoutEmbeddings() {
    embeddings = false;
    return this;
  }

  ReportFixture withoutManifest() {
    manifest = false;
    return this;
  }

  /** Adds a warning about the folds. */
  ReportFixture warning(String text) {
    warnings = List.of(text);
    return this;
  }

  /** Gives all measures intervals without a width, as older summaries have. */
  ReportFixture withoutVariation() {
    varies = false;
    return this;
  }

  List<String> labels() {
    return List.of("anger", joy, "neutral");
  }

  /** Writes the cross-validation and returns its summary. */
  CrossvalSummary write() throws IOException {
    List<CrossvalSummary.Run> runs = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (long seed = 1; seed <= 2; seed++) {
      for (int fold = 1; fold <= 2; fold++) {
        String name = "fold-" + fold + "/seed-" + seed;
        SplitMetrics measured = run(Files.createDirectories(folder.resolve(name)), fold, seed);
        runs.add(new CrossvalSummary.Run(fold, seed, name, 2, 3, 7, measured));
        for (Prediction prediction : predictions(fold, Split.TEST)) {
          if (seed == 1) {
            lines.append(line(prediction));
          }
        }
      }
    }
    if (manifest) {
      Files.writeString(corpus, lines);
    }
    Map<String, MeasureSummary> recall = new LinkedHashMap<>();
    labels().forEach(label -> recall.put(label, measure(0.5, 0.125, 0.375, 0.625)));
    CrossvalSummary summary =
        new CrossvalSummary(
            protocol,
            protocol.note(),
            foldsBy,
            2,
            List.of(1L, 2L),
            runs,
            measure(0.7654, 0.021, 0.7, 0.8),
            measure(0.7543, 0.032, 0.69, 0.79),
            measure(0.5, 0.1, 0.4, 0.6),
            recall,
            labels(),
            runs.get(0).measured().confusion(),
            new CrossvalSummary.Interval(0.95, "speakers", 2, 2000, 1),
            warnings);
    JsonFile.write(folder.resolve("crossval.json"), Map.of());
    JsonFile.write(folder.resolve("summary.json"), summary);
    return summary;
  }

  /** Returns a measure whose pooled value is one point above its mean. */
  private MeasureSummary measure(double mean, double sd, double low, double high) {
    double pooled = mean + 0.01;
    return new MeasureSummary(
        mean,
        sd,
        OptionalDouble.empty(),
        pooled,
        OptionalDouble.of(varies ? low : pooled),
        OptionalDouble.of(varies ? high : pooled));
  }

  private String line(Prediction prediction) throws IOException {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("id", prediction.id());
    keys.put("audio", prediction.id().replace('/', '|') + ".wav");
    keys.put("text", WORDS + prediction.id());
    keys.put("label", prediction.label());
    keys.put("speaker", prediction.speaker());
    return JsonFile.line(keys) + "\n";
  }

  private SplitMetrics run(Path run, int fold, long seed) throws IOException {
    Files.writeString(
        run.resolve("config.yaml"),
        "%sdata: {manifest: '%s'%s}%ntraining: {seed: %d}%n"
            .formatted(config, corpus, splits, seed));
    JsonFile.write(
        run.resolve("provenance.json"),
        new Provenance(
            "0.1",
            "2.18.0",
            "17",
            "amd64",
            2,
            seed,
            "c0ffee",
            Map.of("audio", "beef"),
            Optional.empty()));
    boolean apart = protocol == Protocol.CLEAN;
    List<Prediction> predictions = new ArrayList<>(predictions(fold, Split.VALIDATION));
    if (apart) {
      predictions.addAll(predictions(fold, Split.TEST));
    }
    StringBuilder lines = new StringBuilder();
    StringBuilder vectors = new StringBuilder();
    for (int i = 0; i < predictions.size(); i++) {
      lines.append(JsonFile.line(predictions.get(i))).append('\n');
      vectors.append("%d\t%d\t%d%n".formatted(i, i * i % 5, -i));
    }
    Files.writeString(run.resolve("predictions.jsonl"), lines);
    if (embeddings) {
      Files.writeString(run.resolve("embeddings.tsv"), vectors);
    }
    SplitMetrics measured = SplitMetrics.of(labels(), predictions(fold, Split.TEST));
    Optional<SplitMetrics> test = apart ? Optional.of(measured) : Optional.empty();
    JsonFile.write(run.resolve("metrics.json"), new RunMetrics(2, measured, test, 0, 7, epochs()));
    return measured;
  }

  private List<EpochMetrics> epochs() {
    List<EpochMetrics> epochs = new ArrayList<>();
    for (int epoch = 1; epoch <= 3; epoch++) {
      OptionalDouble nats =
          bothModalities ? OptionalDouble.of(0.1 * epoch) : OptionalDouble.empty();
      double loss = 1.0 / epoch;
      epochs.add(new EpochMetrics(epoch, loss, loss, nats, 0.25 * epoch, 0.5, 0.5, loss + 0.1));
    }
    return epochs;
  }

  private List<Prediction> predictions(int fold, Split split) {
    return List.of(
        prediction(fold, split, "a", "anger", "anger", 0.7f),
        prediction(fold, split, "b", joy, "neutral", 0.9f),
        prediction(fold, split, "c", joy, "neutral", 0.8f),
        prediction(fold, split, "d", "neutral", "neutral", 0.5f),
        prediction(fold, split, "e", "neutral", "anger", 0.6f));
  }

  private Prediction prediction(
      int fold, Split split, String name, String label, String recognized, float probability) {
    Map<String, Float> probabilities = new LinkedHashMap<>();
    labels().forEach(other -> probabilities.put(other, (1 - probability) / 2));
    probabilities.put(recognized, probability);
    Optional<Map<String, Float>> weights =
        bothModalities ? Optional.of(Map.of("audio", 0.75f, "text", 0.25f)) : Optional.empty();
    String id = idPrefix + fold + name + (split == Split.TEST ? "" : "v");
    Split in = protocol == Protocol.CLEAN ? split : Split.VALIDATION;
    return new Prediction(
        id,
        Optional.of(in),
        speaker + fold,
        label,
        new Recognition(recognized, probabilities, weights));
  }
}
