package io.loramer.training;

import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.training.config.DataConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.features.CorpusSplits;
import io.loramer.training.features.RunEncoders;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.Provenance;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunLock;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Starts and resumes runs; everything is read and checked before the first step. */
public final class Trainer {
  private static final Logger LOG = LogManager.getLogger(Trainer.class);

  private Trainer() {}

  /**
   * Checks what can be checked of a run without decoding: the encoders, that LoRA and the head fit
   * them, and the corpus's label and words for each utterance.
   *
   * @param corpus that of the configuration
   * @return the provenance of such a run
   * @throws IOException if an encoder cannot be used
   * @throws CorpusException with every utterance that cannot be used
   */
  public static Provenance check(RunConfig config, Manifest corpus) throws IOException {
    OneDnnFrozenWeights.requireNotAssumed(System.getenv());
    RunEncoders encoders = RunEncoders.open(config.audio(), config.text());
    CorpusCheck check = TrainingSetup.corpusCheck(config, encoders);
    encoders.frontiers(config); // checked by finding them
    check.requireDescribed(corpus);
    return Provenance.of(config, encoders.folders());
  }

  /**
   * Starts a run.
   *
   * @param folder of the run, made after all checks have passed
   * @throws IOException if the folder exists, or the configuration, an encoder or the corpus is
   *     wrong; then nothing is left behind
   */
  public static RunMetrics start(RunConfig config, Path folder, Consumer<Progress> progress)
      throws IOException {
    return start(config, folder, OptionalLong.empty(), progress);
  }

  /**
   * Starts a run, and lets TensorFlow trace one of its steps: where each op ran, for how long and
   * with what memory. TensorBoard shows the trace in the graph. That step takes longer, the results
   * are the same.
   *
   * @param traceStep which step, counted from 0
   * @throws IOException as the other {@code start}, or if the run cannot have that many steps
   */
  public static RunMetrics start(
      RunConfig config, Path folder, OptionalLong traceStep, Consumer<Progress> progress)
      throws IOException {
    return start(config, folder, traceStep, LOG::warn, progress);
  }

  /**
   * As the public {@code start}.
   *
   * @param warnings takes those of the splits, before training
   */
  static RunMetrics start(
      RunConfig config,
      Path folder,
      OptionalLong traceStep,
      Consumer<String> warnings,
      Consumer<Progress> progress)
      throws IOException {
    RunFolder.requireNew(folder);
    try (TrainingSetup setup = TrainingSetup.of(config, progress)) {
      requireStep(traceStep, setup);
      setup.corpus().splits().warnings().forEach(warnings);
      // Hashing the encoders takes seconds, in which the graph is built.
      CompletableFuture<Provenance> hashing =
          Provenance.startHashing(config, setup.encoders().folders());
      try (TrainingGraph graph = graph(setup)) {
        Provenance provenance = Provenance.await(hashing);
        try (TrainingInputs inputs = inputs(setup, provenance, progress)) {
          RunFolder run =
              RunFolder.begin(folder, setup.config(), provenance, setup.corpus().trainingClips());
          RunLock lock = RunLock.take(folder);
          try {
            return train(setup, run, graph, inputs, traceStep, progress);
          } finally {
            lock.close();
          }
        }
      }
    }
  }

  /**
   * Resumes a run that was broken off, from its last checkpoint.
   *
   * @throws IOException if it is no run, has ended, another process works on it, or its corpus or
   *     an encoder has changed
   */
  public static RunMetrics resume(Path folder, Consumer<Progress> progress) throws IOException {
    return resume(folder, LOG::warn, progress);
  }

  /**
   * As the public {@code resume}.
   *
   * @param warnings takes those of the splits, before training
   */
  static RunMetrics resume(Path folder, Consumer<String> warnings, Consumer<Progress> progress)
      throws IOException {
    RunFolder run = new RunFolder(folder);
    RunConfig config = run.readResolvedConfig().toRunConfig();
    if (run.hasEnded()) {
      throw new IOException(folder + ": the run has ended; its results are in metrics.json");
    }
    RunLock lock = RunLock.take(folder);
    try {
      return resume(run, config, warnings, progress);
    } finally {
      lock.close();
    }
  }

  private static RunMetrics resume(
      RunFolder run, RunConfig config, Consumer<String> warnings, Consumer<Progress> progress)
      throws IOException {
    Provenance began = run.readProvenance();
    began.requireUnchanged(config.data().manifest().orElseThrow());
    began.requireUnchanged(RunEncoders.open(config.audio(), config.text()).folders());
    began.requireUnchanged(config.text().choice());
    requireSameSplits(run, config.data());
    try (TrainingSetup setup = TrainingSetup.of(config, progress);
        TrainingGraph graph = graph(setup);
        TrainingInputs inputs = inputs(setup, began, progress)) {
      run.removeUnfinished();
      setup.corpus().splits().warnings().forEach(warnings);
      setup.corpus().trainingClips().write(run.path()); // an earlier version wrote none
      return train(setup, run, graph, inputs, OptionalLong.empty(), progress);
    }
  }

  private static void requireSameSplits(RunFolder run, DataConfig data) throws IOException {
    if (!Files.exists(run.trainingClips())
        && CorpusSplits.onceTrainedOnMarkedTest(
            Manifest.read(data.manifest().orElseThrow()), data)) {
      throw new IOException(
          run.path()
              + ": an earlier version began this run, and trained it on utterances that the"
              + " manifest marks test; start a new run");
    }
  }

  private static TrainingGraph graph(TrainingSetup setup) throws IOException {
    return TrainingGraph.build(setup.config(), setup.frontiers(), setup.totalSteps());
  }

  private static TrainingInputs inputs(
      TrainingSetup setup, Provenance provenance, Consumer<Progress> progress) throws IOException {
    return TrainingInputs.prepare(
        setup.corpus(), setup.config(), setup.frontiers(), provenance.encoderHashes(), progress);
  }

  private static void requireStep(OptionalLong trace, TrainingSetup setup) throws IOException {
    long steps = setup.totalSteps();
    if (trace.isPresent() && (trace.getAsLong() < 0 || trace.getAsLong() >= steps)) {
      throw new IOException(
          "step to trace: expected from 0 to below %d, the steps of the run, found %d"
              .formatted(steps, trace.getAsLong()));
    }
  }

  private static RunMetrics train(
      TrainingSetup setup,
      RunFolder run,
      TrainingGraph graph,
      TrainingInputs inputs,
      OptionalLong trace,
      Consumer<Progress> progress)
      throws IOException {
    int done = run.newestCheckpoint().orElse(0);
    long firstStep = (long) done * setup.stepsPerEpoch();
    try (RunEvents events = RunEvents.open(run, setup.config(), setup.corpus(), graph, firstStep)) {
      return new TrainingLoop(
              setup.config(), setup.corpus(), run, graph, inputs, events, trace, progress)
          .run(done);
    }
  }
}
