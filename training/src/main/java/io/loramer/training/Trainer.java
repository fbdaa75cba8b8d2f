package io.loramer.training;

import io.loramer.model.Frontier;
import io.loramer.model.Modality;
import io.loramer.savedmodels.NewFolder;
import io.loramer.savedmodels.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.proto.RunOptions.TraceLevel;

/**
 * Trains a model: reads and checks everything, then goes through the epochs, and ends with the
 * weights of the best one.
 *
 * <p>Shuffling and dropout depend on nothing but the seed and the number of the epoch or step, so a
 * run that was killed and is resumed from its last checkpoint ends as an unbroken one.
 */
public final class Trainer {
  private static final Logger LOG = LogManager.getLogger(Trainer.class);

  /** Told apart from the numbers of steps, which seed dropout. */
  private static final long SHUFFLE_STREAM = 1L << 62;

  private final TrainingSetup setup;
  private final OptimizationConfig optimization;
  private final RunFolder run;
  private final TrainingGraph graph;
  private final FrontierFeatures features;
  private final RunEvents events;
  private final SplitPredictor predictor;
  private final OptionalLong trace;
  private final Consumer<TrainingProgress> progress;

  private Trainer(
      TrainingSetup setup,
      RunFolder run,
      TrainingGraph graph,
      FrontierFeatures features,
      RunEvents events,
      OptionalLong trace,
      Consumer<TrainingProgress> progress) {
    this.setup = setup;
    this.optimization = setup.config().training();
    this.run = run;
    this.graph = graph;
    this.features = features;
    this.events = events;
    this.predictor = new SplitPredictor(setup, graph, features, progress);
    this.trace = trace;
    this.progress = progress;
  }

  /**
   * Checks what can be checked of a run without decoding: the encoders, where LoRA goes in them,
   * and what its corpus says of each utterance.
   *
   * @param corpus that of the configuration
   * @return what such a run starts with
   * @throws IOException if an encoder cannot be used
   * @throws CorpusException with every utterance that cannot be used
   */
  public static Provenance check(RunConfig config, Manifest corpus) throws IOException {
    Map<Modality, SavedModelFolder> encoders = TrainingSetup.openEncoders(config);
    TrainingSetup.frontiers(config, encoders);
    TrainingSetup.corpusCheck(config, encoders).requireDescribed(corpus);
    return Provenance.of(config, encoders);
  }

  /**
   * Starts a run.
   *
   * @param folder of the run, made here once everything was found in order
   * @throws IOException if the folder exists, or the configuration, an encoder or the corpus is
   *     wrong; then nothing is left behind
   */
  public static RunMetrics start(RunConfig config, Path folder, Consumer<TrainingProgress> progress)
      throws IOException {
    return start(config, folder, OptionalLong.empty(), progress);
  }

  /**
   * Starts a run, and lets TensorFlow note of one of its steps where each op ran, for how long and
   * with what memory. TensorBoard shows it in the graph. That step takes longer, the results are
   * the same.
   *
   * @param traceStep which step, counted from 0
   * @throws IOException as the other {@code start}, or if the run cannot have that many steps
   */
  public static RunMetrics start(
      RunConfig config, Path folder, OptionalLong traceStep, Consumer<TrainingProgress> progress)
      throws IOException {
    NewFolder.requireAbsent(folder);
    try (TrainingSetup setup = TrainingSetup.of(config, progress)) {
      requireStep(traceStep, setup);
      // Takes seconds, and meanwhile the graph is built.
      CompletableFuture<Provenance> hashed = Provenance.begin(config, setup.encoders());
      Map<Modality, Frontier> frontiers = setup.frontiers();
      try (TrainingGraph graph = graph(setup, frontiers)) {
        Provenance provenance = Provenance.end(hashed);
        try (FrontierFeatures features =
            FrontierFeatures.prepare(setup, frontiers, provenance, progress)) {
          NewFolder.write(
              folder,
              unfinished -> {
                RunFolder written = new RunFolder(unfinished);
                RunConfigFile.write(written.config(), setup.config());
                written.writeJson(RunFolder.PROVENANCE, provenance);
              });
          return train(setup, new RunFolder(folder), graph, features, traceStep, progress);
        }
      }
    }
  }

  /**
   * Goes on with a run that was broken off, from its last checkpoint.
   *
   * @throws IOException if it is no run, has ended, or its corpus or an encoder is not what it was
   */
  public static RunMetrics resume(Path folder, Consumer<TrainingProgress> progress)
      throws IOException {
    RunFolder run = new RunFolder(folder);
    RunConfig config = run.readConfig();
    if (run.hasEnded()) {
      throw new IOException(folder + ": the run has ended; its metrics.json says how");
    }
    Provenance began = run.readProvenance();
    began.requireUnchanged(config.data().manifest().orElseThrow());
    began.requireUnchanged(TrainingSetup.openEncoders(config));
    began.requireUnchanged(config.text().choice());
    try (TrainingSetup setup = TrainingSetup.of(config, progress)) {
      Map<Modality, Frontier> frontiers = setup.frontiers();
      try (TrainingGraph graph = graph(setup, frontiers);
          FrontierFeatures features = FrontierFeatures.prepare(setup, frontiers, began, progress)) {
        run.removeUnfinished();
        return train(setup, run, graph, features, OptionalLong.empty(), progress);
      }
    }
  }

  private static TrainingGraph graph(TrainingSetup setup, Map<Modality, Frontier> frontiers)
      throws IOException {
    int labels = setup.corpus().labels().size();
    return new TrainingGraph(setup.config(), frontiers, labels, totalSteps(setup));
  }

  private static long totalSteps(TrainingSetup setup) {
    return (long) setup.config().training().epochs() * stepsPerEpoch(setup);
  }

  private static void requireStep(OptionalLong trace, TrainingSetup setup) throws IOException {
    long steps = totalSteps(setup);
    if (trace.isPresent() && (trace.getAsLong() < 0 || trace.getAsLong() >= steps)) {
      throw new IOException(
          "step to trace: expected from 0 to below %d, the steps of the run, found %d"
              .formatted(steps, trace.getAsLong()));
    }
  }

  private static int stepsPerEpoch(TrainingSetup setup) {
    int batchSize = setup.config().training().batchSize();
    return Buckets.inOrder(setup.corpus().of(Split.TRAIN), batchSize).size();
  }

  private static RunMetrics train(
      TrainingSetup setup,
      RunFolder run,
      TrainingGraph graph,
      FrontierFeatures features,
      OptionalLong trace,
      Consumer<TrainingProgress> progress)
      throws IOException {
    int done = run.newestCheckpoint().orElse(0);
    long firstStep = (long) done * stepsPerEpoch(setup);
    try (RunEvents events = RunEvents.open(run, setup, graph, firstStep)) {
      return new Trainer(setup, run, graph, features, events, trace, progress).run(done);
    }
  }

  private RunMetrics run(int checkpoint) throws IOException {
    LOG.info(
        "{} utterances to train on, {} to choose the epoch by, {} to test with; {} trainable"
            + " parameters",
        setup.corpus().of(Split.TRAIN).size(),
        setup.corpus().of(Split.VALIDATION).size(),
        setup.corpus().of(Split.TEST).size(),
        graph.trainableParameters());
    RunFolder.Progress state = new RunFolder.Progress(List.of(), 0, setup.croppedClips());
    if (checkpoint > 0) {
      state = run.readProgress(checkpoint);
      graph.restore(run.variables(checkpoint));
      LOG.info("resumed after epoch {}", checkpoint);
    } else {
      events.begin(graph);
    }
    while (state.epochsDone() < optimization.epochs()
        && state.epochsDone() - state.bestEpoch() < optimization.patience()) {
      state = epoch(state);
    }
    return finish(state);
  }

  private RunFolder.Progress epoch(RunFolder.Progress before) throws IOException {
    int epoch = before.epochsDone() + 1;
    long start = System.nanoTime();
    List<TrainingGraph.Step> steps = trainEpoch(epoch);
    double seconds = (System.nanoTime() - start) / 1e9;

    List<EmbeddedPrediction> validation = predictor.predict(Split.VALIDATION);
    EpochMetrics metrics = EpochMetrics.of(epoch, steps, measure(validation));
    List<EpochMetrics> epochs = new ArrayList<>(before.epochs());
    epochs.add(metrics);
    boolean better = epoch == 1 || metrics.isBetterThan(before.best());
    RunFolder.Progress after =
        new RunFolder.Progress(epochs, better ? epoch : before.bestEpoch(), before.croppedClips());
    events.epoch(metrics, predictions(validation), (long) epoch * steps.size());
    log(metrics, seconds, better);
    warnOfEstimates(steps);
    if (better) {
      writeModel();
    }
    run.writeCheckpoint(after, graph);
    return after;
  }

  private List<TrainingGraph.Step> trainEpoch(int epoch) throws IOException {
    long seed = optimization.seed();
    List<List<Utterance>> order =
        Buckets.shuffled(
            setup.corpus().of(Split.TRAIN),
            setup::length,
            optimization.batchSize(),
            mix(seed, SHUFFLE_STREAM + epoch));
    String phase = "epoch %d/%d".formatted(epoch, optimization.epochs());
    progress.accept(new TrainingProgress(phase, 0, order.size(), ""));
    List<TrainingGraph.Step> steps = new ArrayList<>();
    try (Prefetch<List<Utterance>, Batch> batches = new Prefetch<>(order, features::assemble)) {
      while (batches.hasNext()) {
        long number = (long) (epoch - 1) * order.size() + steps.size();
        try (Batch batch = batches.next()) {
          TrainingGraph.Step step = graph.step(batch, mix(seed, number), traceLevel(number));
          step.requireFinite(number);
          events.step(step, number);
          steps.add(step);
          progress.accept(
              new TrainingProgress(
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

  private RunMetrics finish(RunFolder.Progress state) throws IOException {
    if (state.bestEpoch() > 0) {
      graph.restore(run.variables(state.bestEpoch()));
    } else { // no epochs were asked for: the untrained model
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
    ProjectorFiles.write(run, all);
    events.end(metrics, predictions(validation), (long) state.epochsDone() * stepsPerEpoch(setup));
    run.writeJson(RunFolder.METRICS, metrics); // last: it marks the end
    return metrics;
  }

  private void writeModel() throws IOException {
    try (var values = graph.trained()) {
      TrainedWeights.write(run.model(), setup.config().audio().activeLora(), values);
    }
  }

  private SplitMetrics measure(List<EmbeddedPrediction> predicted) {
    return SplitMetrics.of(setup.corpus().labels(), predictions(predicted));
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
        decimals(setup.corpus().of(Split.TRAIN).size() / seconds),
        better ? " (best so far)" : "");
  }

  private void warnOfEstimates(List<TrainingGraph.Step> steps) {
    double[] nats = steps.stream().flatMapToDouble(s -> s.mutualInformation().stream()).toArray();
    if (nats.length > 0) {
      EstimateWarnings.of(setup.config().head().mine(), optimization.batchSize(), nats)
          .forEach(LOG::warn);
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
