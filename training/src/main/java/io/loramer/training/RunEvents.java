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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes a run's events for TensorBoard: of each step, of each epoch, and of its end. */
final class RunEvents implements AutoCloseable {
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

  private final EventFile file;
  private final PreparedCorpus corpus;
  private final Hyperparameters hyperparameters;
  private final InstantSource clock;
  private final Optional<LoraEvents> lora;

  private RunEvents(
      EventFile file,
      PreparedCorpus corpus,
      Hyperparameters hyperparameters,
      InstantSource clock,
      Optional<LoraEvents> lora) {
    this.file = file;
    this.corpus = corpus;
    this.hyperparameters = hyperparameters;
    this.clock = clock;
    this.lora = lora;
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
      long firstStep)
      throws IOException {
    InstantSource clock = InstantSource.system();
    Optional<LoraEvents> lora =
        config.audio().activeLora().map(active -> new LoraEvents(graph, active));
    return new RunEvents(
        EventFile.open(run.path(), firstStep, clock),
        corpus,
        new Hyperparameters(config.toRunConfig()),
        clock,
        lora);
  }

  /** Records the graph, the hyperparameters and the layout of a new run. */
  void begin(TrainingGraph graph) throws IOException {
    file.graph(graph.readable());
    file.hyperparameters("experiment", hyperparameters.experiment(RESULTS));
    file.hyperparameters("session_start_info", hyperparameters.start(seconds()));
    file.layout(layout());
    file.flush();
  }

  /** Records a step. This runs between steps, so it only writes numbers that are at hand. */
  void step(StepMetrics step, long number) throws IOException {
    file.scalar("loss/total", number, step.loss());
    file.scalar("loss/cross_entropy", number, step.crossEntropy());
    if (step.mutualInformation().isPresent()) {
      double nats = step.mutualInformation().getAsDouble();
      file.scalar("loss/mutual_information_nats", number, nats);
    }
    file.scalar("learning_rate", number, step.learningRate());
    if (step.trace().isPresent()) {
      file.trace(number, step.trace().get());
    }
  }

  /**
   * Records an epoch.
   *
   * @param predictions of the validation split
   * @param stepsDone of the run, including the epoch's
   */
  void epoch(EpochMetrics epoch, List<Prediction> predictions, long stepsDone) throws IOException {
    file.scalar("validation/UA", stepsDone, epoch.validationUa());
    file.scalar("validation/WA", stepsDone, epoch.validationWa());
    file.scalar("validation/macro_F1", stepsDone, epoch.validationMacroF1());
    file.scalar("validation/cross_entropy", stepsDone, epoch.validationCrossEntropy());
    List<String> labels = corpus.splits().labels();
    ConfusionMatrix confusion = SplitMetrics.confusionMatrix(labels, predictions);
    file.image("validation/confusion", stepsDone, ConfusionImage.of(confusion));
    for (String label : labels) {
      file.precisionRecall("validation/" + label, stepsDone, label, predictions);
    }
    if (predictions.get(0).recognized().fusionWeights().isPresent()) {
      float[] shares = new float[predictions.size()];
      for (int i = 0; i < shares.length; i++) {
        shares[i] = predictions.get(i).recognized().fusionWeights().orElseThrow().get("audio");
      }
      file.histogram("validation/fusion_weight_of_audio", stepsDone, shares);
    }
    if (lora.isPresent()) {
      lora.get().record(file, stepsDone);
    }
    file.flush();
  }

  /**
   * Records the results and the end of the run. A run that is killed or fails records no end: when
   * it is resumed it could not revoke one, since TensorBoard keeps the first end that it reads.
   *
   * @param predictions of the validation split
   */
  void end(RunMetrics metrics, List<Prediction> predictions, long stepsDone) throws IOException {
    result("validation", metrics.validation(), stepsDone);
    if (metrics.test().isPresent()) {
      result("test", metrics.test().get(), stepsDone);
    }
    clips(predictions, stepsDone);
    file.hyperparameters("session_end_info", Hyperparameters.end(seconds()));
    file.flush();
  }

  private void result(String split, SplitMetrics metrics, long step) throws IOException {
    file.scalar("result/" + split + "_UA", step, metrics.unweightedAccuracy());
    file.scalar("result/" + split + "_WA", step, metrics.weightedAccuracy());
    file.scalar("result/" + split + "_macro_F1", step, metrics.macroF1());
  }

  /** Records audio, words and predicted label of the first clip of each label. */
  private void clips(List<Prediction> predictions, long step) throws IOException {
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
      file.audio("validation_clips/" + prediction.id(), step, waveform.toWav(), title);
    }
    String heading =
        "| clip | true label | predicted | probability | words |\n|---|---|---|---|---|\n";
    file.text("validation_clips", step, heading + String.join("\n", rows));
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
  public void close() throws IOException {
    file.close();
  }
}
