package io.loramer.training;

import io.loramer.recognition.batches.Buckets;
import io.loramer.recognition.batches.Prefetch;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.corpus.Split;
import io.loramer.recognition.corpus.Utterance;
import io.loramer.recognition.measures.Prediction;
import io.loramer.recognition.measures.SplitMetrics;
import io.loramer.training.config.OptimizationConfig;
import io.loramer.training.config.ResolvedRunConfig;
import io.loramer.training.features.Batch;
import io.loramer.training.features.PreparedCorpus;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.EmbeddedPrediction;
import io.loramer.training.run.EpochMetrics;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunMetrics;
import io.loramer.training.run.StepMetrics;
import io.loramer.training.run.TrainedWeights;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.proto.RunOptions.TraceLevel;

/**
 * Trains a run epoch by epoch, and evaluates it with the weights of the best epoch.
 *
 * <p>Shuffling and dropout depend only on the seed and the number of the epoch or step, so a run
 * that was killed and resumed from its last checkpoint ends with the same weights as one that was
 * not.
 */
final class TrainingLoop {
  private static final Logger LOG = LogManager.getLogger(TrainingLoop.class);

  /** Added to the epoch's number for its shuffle; steps, which seed dropout, never reach it. */
  private static final long SHUFFLE_STREAM = 1L << 62;

  private final ResolvedRunConfig config;
  private final PreparedCorpus corpus;
  private final OptimizationConfig optimization;
  private final RunFolder run;
  private final TrainingGraph graph;
  private final TrainingInputs inputs;
  private final RunEvents events;
  private final SplitPredictor predictor;
  private final OptionalLong trace;
  private final Consumer<Progress> progress;

  TrainingLoop(
      ResolvedRunConfig config,
      PreparedCorpus corpus,
      RunFolder run,
      TrainingGraph graph,
      TrainingInputs inputs,
      RunEvents events,
      OptionalLong trace,
      Consumer<Progress> progress) {
    this.config = config;
    this.corpus = corpus;
    this.optimization = config.training();
    this.run = run;
    this.graph = graph;
    this.inputs = inputs;
    this.events = events;
    this.predictor = new SplitPredictor(corpus, optimization.batchSize(), graph, inputs, progress);
    this.trace = trace;
    this.progress = progress;
  }

  /**
   * Trains the remaining epochs, or fewer if the patience runs out, and evaluates the best one.
   *
   * @param checkpoint the epoch after which the run is resumed; 0 for a new run
   */
  RunMetrics run(int checkpoint) throws IOException {
    LOG.info(
        "{} utterances to train on, {} to choose the epoch by, {} to test with{}; {} trainable"
            + " parameters",
        corpus.splits().of(Split.TRAIN).size(),
        corpus.splits().of(Split.VALIDATION).size(),
        corpus.splits().of(Split.TEST).size(),
        corpus.splits().leftOut().isEmpty()
            ? ""
            : ", " + corpus.splits().leftOut().size() + " left out",
        graph.trainableParameters());
    RunFolder.State state = new RunFolder.State(List.of(), 0, corpus.croppedClips());
    if (checkpoint > 0) {
      state = run.readState(checkpoint);
      graph.restore(run.variables(checkpoint));
      LOG.info("resumed after epoch {}", checkpoint);
    } else {
      events.begin();
    }
    while (state.epochsDone() < optimization.epochs()
        && state.epochsDone() - state.bestEpoch() < optimization.patience()) {
      state = epoch(state);
    }
    return finish(state);
  }

  private RunFolder.State epoch(RunFolder.State before) throws IOException {
    int epoch = before.epochsDone() + 1;
    long start = System.nanoTime();
    List<StepMetrics> steps = trainEpoch(epoch);
    double seconds = (System.nanoTime() - start) / 1e9;
    graph.requireFiniteWeights();

    List<EmbeddedPrediction> validation = predictor.predict(Split.VALIDATION);
    EpochMetrics metrics = EpochMetrics.of(epoch, steps, measure(validation));
    List<EpochMetrics> epochs = new ArrayList<>(before.epochs());
    epochs.add(metrics);
    boolean better = epoch == 1 || metrics.isBetterThan(before.best());
    RunFolder.State after =
        new RunFolder.State(epochs, better ? epoch : before.bestEpoch(), before.croppedClips());
    events.epoch(metrics, predictions(validation), (long) epoch * steps.size());
    log(metrics, seconds, better);
    warnOfEstimates(steps);
    if (better) {
      writeModel();
    }
    run.writeCheckpoint(after, graph::save);
    return after;
  }

  private List<StepMetrics> trainEpoch(int epoch) throws IOException {
    long seed = optimization.seed();
    List<List<Utterance>> order =
        Buckets.shuffled(
            corpus.splits().of(Split.TRAIN),
            corpus::length,
            optimization.batchSize(),
            mix(seed, SHUFFLE_STREAM + epoch));
    if (epoch == 1) {
      double padding = 100 * Buckets.padding(order, corpus::length);
      LOG.info(
          "{} % of an epoch's batches are padding", String.format(Locale.ROOT, "%.1f", padding));
    }
    String phase = "epoch %d/%d".formatted(epoch, optimization.epochs());
    progress.accept(new Progress(phase, 0, order.size(), ""));
    List<StepMetrics> steps = new ArrayList<>();
    try (Prefetch<List<Utterance>, Batch> batches = new Prefetch<>(order, inputs::assemble)) {
      while (batches.hasNext()) {
        long number = (long) (epoch - 1) * order.size() + steps.size();
        try (Batch batch = batches.next()) {
          StepMetrics step = graph.step(batch, mix(seed, number), traceLevel(number));
          step.requireFinite(number);
          events.step(step, number);
          steps.add(step);
          progress.accept(
              new Progress(
                  phase,
                  steps.size(),
                  order.size(),
                  String.format(Locale.ROOT, "loss %.3f", step.loss())));
        }
      }
    }
    return steps;
  }

  private TraceLevel traceLevel(long step) {
    boolean traced = trace.isPresent() && trace.getAsLong() == step;
    return traced ? TraceLevel.FULL_TRACE : TraceLevel.NO_TRACE;
  }

  private RunMetrics finish(RunFolder.State state) throws IOException {
    if (state.bestEpoch() > 0) {
      graph.restore(run.variables(state.bestEpoch()));
    } else { // with 0 epochs: the untrained model
      writeModel();
    }
    List<EmbeddedPrediction> validation = predictor.predict(Split.VALIDATION);
    List<EmbeddedPrediction> test = predictor.predict(Split.TEST);
    List<EmbeddedPrediction> all = new ArrayList<>(validation);
    all.addAll(test);
    RunMetrics metrics =
        new RunMetrics(
            state.bestEpoch(),
            measure(validation),
            test.isEmpty() ? Optional.empty() : Optional.of(measure(test)),
            state.croppedClips(),
            graph.trainableParameters(),
            state.epochs());
    run.writePredictions(predictions(all));
    writeProjector(all);
    events.end(
        metrics,
        predictions(validation),
        (long) state.epochsDone() * corpus.stepsPerEpoch(optimization.batchSize()));
    run.writeJson(RunFolder.METRICS, metrics); // last: it marks the end
    return metrics;
  }

  /** Writes the projector's files, which only show the run: it ends well without them. */
  private void writeProjector(List<EmbeddedPrediction> predictions) {
    try {
      ProjectorFiles.write(run, predictions);
    } catch (IOException | RuntimeException e) {
      LOG.warn("the run ends without files for TensorBoard's projector: {}", e.toString());
    }
  }

  private void writeModel() throws IOException {
    try (var values = graph.trained()) {
      TrainedWeights.write(run.model(), config.audio().activeLora(), values);
    }
  }

  private SplitMetrics measure(List<EmbeddedPrediction> predicted) {
    return SplitMetrics.of(config.data().labels(), predictions(predicted));
  }

  private static List<Prediction> predictions(List<EmbeddedPrediction> predicted) {
    return predicted.stream().map(EmbeddedPrediction::prediction).toList();
  }

  private void log(EpochMetrics epoch, double seconds, boolean better) {
    LOG.info(
        "epoch {}/{}: loss {}{}, validation UA {} WA {}, {} s, {} utterances/s{}",
        epoch.epoch(),
        optimization.epochs(),
        decimals(epoch.loss()),
        epoch.mutualInformation().isPresent()
            ? ", MI " + decimals(epoch.mutualInformation().getAsDouble()) + " nats"
            : "",
        decimals(epoch.validationUa()),
        decimals(epoch.validationWa()),
        decimals(seconds),
        decimals(corpus.splits().of(Split.TRAIN).size() / seconds),
        better ? " (best so far)" : "");
  }

  private void warnOfEstimates(List<StepMetrics> steps) {
    double[] nats = steps.stream().flatMapToDouble(s -> s.mutualInformation().stream()).toArray();
    if (nats.length > 0) {
      EstimateWarnings.of(config.head().mine(), optimization.batchSize(), nats).forEach(LOG::warn);
    }
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** Spreads neighbouring numbers over all of 64 bits (SplitMix64, Steele et al. 2014). */
  private static long mix(long seed, long number) {
    long z = seed + (number + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
