package io.loramer.training;

import io.loramer.recognition.audio.Waveform;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.ConfusionMatrix;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.tensorboard.Category;
import io.loramer.tensorboard.Chart;
import io.loramer.tensorboard.Layout;
import io.loramer.tensorboard.MultilineChartContent;
import io.loramer.training.config.ResolvedRunConfig;
import io.loramer.training.features.PreparedCorpus;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.run.StepMetrics;
import io.loramer.training.tensorboard.ConfusionImage;
import io.loramer.training.tensorboard.EventFile;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Writes a run's events for TensorBoard: of each step, of each epoch, and of its end.
 *
 * <p>They only show the run. A part of them that fails is logged once, and the run goes on without.
 */
final class RunEvents implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(RunEvents.class);

  /** The number of clips of the validation split that TensorBoard plays. */
  private static final int CLIPS = 4;

  private static final List<String> RESULTS =
      List.of(
          "result/test_UA",
          "result/test_WA",
          "result/test_macro_F1",
          "result/validation_UA",
          "result/validation_WA",
          "result/validation_macro_F1");

  private final Optional<EventFile> file;
  private final ResolvedRunConfig config;
  private final PreparedCorpus corpus;
  private final TrainingGraph graph;
  private final InstantSource clock;
  private final Set<String> leftOut = new HashSet<>();
  private Optional<LoraEvents> lora = Optional.empty();

  /** A part of the events. */
  @FunctionalInterface
  private interface Part {
    void writeTo(EventFile file) throws IOException;
  }

  private RunEvents(
      Optional<EventFile> file,
      ResolvedRunConfig config,
      PreparedCorpus corpus,
      TrainingGraph graph,
      InstantSource clock) {
    this.file = file;
    this.config = config;
    this.corpus = corpus;
    this.graph = graph;
    this.clock = clock;
  }

  /**
   * Opens a new file of events.
   *
   * @param firstStep the number of the next step
   */
  static RunEvents open(
      RunFolder run,
      ResolvedRunConfig config,
      PreparedCorpus corpus,
      TrainingGraph graph,
      long firstStep) {
    InstantSource clock = InstantSource.system();
    Optional<EventFile> file;
    try {
      file = Optional.of(EventFile.open(run.path(), firstStep, clock));
    } catch (IOException e) {
      LOG.warn("the run goes on without events for TensorBoard: {}", e.toString());
      file = Optional.empty();
    }
    return new RunEvents(file, config, corpus, graph, clock);
  }

  /**
   * Writes a part. Whatever is wrong with it, the weights are not concerned: the training of hours
   * must not end with a picture.
   */
  private void write(String name, Part part) {
    if (file.isPresent()) {
      try {
        part.writeTo(file.get());
      } catch (IOException | RuntimeException e) {
        if (leftOut.add(name)) {
          LOG.warn("the run goes on without {} in TensorBoard: {}", name, e.toString());
        }
      }
    }
  }

  /** Records the graph, the hyperparameters and the layout of a new run. */
  void begin() {
    write("its graph", events -> events.graph(graph.readable()));
    write(
        "its hyperparameters",
        events -> {
          Hyperparameters hyperparameters = new Hyperparameters(config.toRunConfig());
          events.hyperparameters("experiment", hyperparameters.experiment(RESULTS));
          events.hyperparameters("session_start_info", hyperparameters.start(seconds()));
        });
    write("its layout", events -> events.layout(layout()));
    flush();
  }

  /** Records a step. This runs between steps, so it only writes numbers that are at hand. */
  void step(StepMetrics step, long number) {
    write(
        "steps",
        events -> {
          events.scalar("loss/total", number, step.loss());
          events.scalar("loss/cross_entropy", number, step.crossEntropy());
          if (step.mutualInformation().isPresent()) {
            double nats = step.mutualInformation().getAsDouble();
            events.scalar("loss/mutual_information_nats", number, nats);
          }
          events.scalar("learning_rate", number, step.learningRate());
          if (step.trace().isPresent()) {
            events.trace(number, step.trace().get());
          }
        });
  }

  /**
   * Records an epoch.
   *
   * @param predictions of the validation split
   * @param stepsDone of the run, including the epoch's
   */
  void epoch(EpochMetrics epoch, List<Prediction> predictions, long stepsDone) {
    write(
        "measures",
        events -> {
          events.scalar("validation/UA", stepsDone, epoch.validationUa());
          events.scalar("validation/WA", stepsDone, epoch.validationWa());
          events.scalar("validation/macro_F1", stepsDone, epoch.validationMacroF1());
          events.scalar("validation/cross_entropy", stepsDone, epoch.validationCrossEntropy());
        });
    List<String> labels = corpus.splits().labels();
    write(
        "confusion matrices",
        events -> {
          ConfusionMatrix confusion = SplitMetrics.confusionMatrix(labels, predictions);
          events.image("validation/confusion", stepsDone, ConfusionImage.of(confusion));
        });
    write(
        "precision-recall curves",
        events -> {
          for (String label : labels) {
            events.precisionRecall("validation/" + label, stepsDone, label, predictions);
          }
        });
    write("fusion weights", events -> fusionWeights(events, predictions, stepsDone));
    write("histograms of LoRA", events -> lora(events, stepsDone));
    flush();
  }

  private static void fusionWeights(EventFile events, List<Prediction> predictions, long step)
      throws IOException {
    if (predictions.get(0).recognized().fusionWeights().isPresent()) {
      float[] shares = new float[predictions.size()];
      for (int i = 0; i < shares.length; i++) {
        shares[i] = predictions.get(i).recognized().fusionWeights().orElseThrow().get("audio");
      }
      events.histogram("validation/fusion_weight_of_audio", step, shares);
    }
  }

  private void lora(EventFile events, long step) throws IOException {
    if (lora.isEmpty()) { // it has the norms of the frozen kernels, which are computed once
      lora = config.audio().activeLora().map(active -> new LoraEvents(graph, active));
    }
    if (lora.isPresent()) {
      lora.get().record(events, step);
    }
  }

  /**
   * Records the results and the end of the run. A run that is killed or fails records no end: when
   * it is resumed it could not revoke one, since TensorBoard keeps the first end that it reads.
   *
   * @param predictions of the validation split
   */
  void end(RunMetrics metrics, List<Prediction> predictions, long stepsDone) {
    write(
        "results",
        events -> {
          result(events, "validation", metrics.validation(), stepsDone);
          if (metrics.test().isPresent()) {
            result(events, "test", metrics.test().get(), stepsDone);
          }
        });
    write("clips", events -> clips(events, predictions, stepsDone));
    write(
        "its end",
        events -> events.hyperparameters("session_end_info", Hyperparameters.end(seconds())));
    flush();
  }

  private void flush() {
    write("all events", EventFile::flush);
  }

  private static void result(EventFile events, String split, SplitMetrics metrics, long step)
      throws IOException {
    events.scalar("result/" + split + "_UA", step, metrics.unweightedAccuracy());
    events.scalar("result/" + split + "_WA", step, metrics.weightedAccuracy());
    events.scalar("result/" + split + "_macro_F1", step, metrics.macroF1());
  }

  /** Records audio, words and predicted label of the first clip of each label. */
  private void clips(EventFile events, List<Prediction> predictions, long step) throws IOException {
    Map<String, Utterance> byId = new LinkedHashMap<>();
    corpus.splits().of(Split.VALIDATION).forEach(u -> byId.put(u.id(), u));
    Map<String, Prediction> firsts = new LinkedHashMap<>();
    predictions.forEach(prediction -> firsts.putIfAbsent(prediction.label(), prediction));
    List<String> rows = new ArrayList<>();
    for (Prediction prediction : firsts.values().stream().limit(CLIPS).toList()) {
      Utterance utterance = byId.get(prediction.id());
      String predicted = prediction.recognized().label();
      float probability = prediction.recognized().probabilities().get(predicted);
      String words = utterance.text().orElse("").replaceAll("[|\\s]", " ");
      rows.add(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %.2f | %s |",
              prediction.id(),
              prediction.label(),
              predicted,
              probability,
              words));
      Waveform waveform = new Waveform(corpus.samples(utterance));
      String title = "%s, predicted: %s".formatted(prediction.label(), predicted);
      events.audio("validation_clips/" + prediction.id(), step, waveform.toWav(), title);
    }
    String heading =
        "| clip | true label | predicted | probability | words |\n|---|---|---|---|---|\n";
    events.text("validation_clips", step, heading + String.join("\n", rows));
  }

  private static Layout layout() {
    return Layout.newBuilder()
        .addCategory(
            Category.newBuilder()
                .setTitle("Training")
                // TensorBoard shows the last chart first.
                .addChart(chart("LoRA: change relative to the kernel", "lora/relative_norm/.*"))
                .addChart(chart("validation", "validation/(UA|WA|macro_F1)"))
                .addChart(chart("losses", "loss/.*")))
        .build();
  }

  private static Chart chart(String title, String tags) {
    return Chart.newBuilder()
        .setTitle(title)
        .setMultiline(MultilineChartContent.newBuilder().addTag(tags))
        .build();
  }

  private double seconds() {
    return clock.millis() / 1e3;
  }

  @Override
  public void close() {
    write("all events", EventFile::close);
  }
}
