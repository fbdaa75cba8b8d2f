package io.loramer.training;

import io.loramer.model.Frontier;
import io.loramer.model.head.Modality;
import io.loramer.recognition.corpus.CorpusCheck;
import io.loramer.recognition.corpus.CorpusException;
import io.loramer.recognition.corpus.Manifest;
import io.loramer.recognition.corpus.Progress;
import io.loramer.recognition.device.OneDnnFrozenWeights;
import io.loramer.savedmodels.SavedModelFolder;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.training.config.ComputeConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.features.TrainingInputs;
import io.loramer.training.run.Provenance;
import io.loramer.training.run.RunFolder;
import io.loramer.training.run.RunLock;
import io.loramer.training.run.RunMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Starts runs and goes on with them: reads and checks everything before the first step. */
public final class Trainer {
  private Trainer() {}

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
    OneDnnFrozenWeights.requireNotAssumed(System.getenv());
    Map<Modality, SavedModelFolder> encoders = TrainingSetup.openEncoders(config);
    CorpusCheck check = TrainingSetup.corpusCheck(config, encoders);
    TrainingSetup.frontiers(config, encoders);
    check.requireDescribed(corpus);
    return Provenance.of(config, encoders);
  }

  /**
   * Starts a run.
   *
   * @param folder of the run, made here once everything was found in order
   * @throws IOException if the folder exists, or the configuration, an encoder or the corpus is
   *     wrong; then nothing is left behind
   */
  public static RunMetrics start(RunConfig config, Path folder, Consumer<Progress> progress)
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
      RunConfig config, Path folder, OptionalLong traceStep, Consumer<Progress> progress)
      throws IOException {
    AtomicFolder.requireAbsent(folder);
    try (TrainingSetup setup = TrainingSetup.of(config, progress)) {
      requireStep(traceStep, setup);
      // Takes seconds, and meanwhile the graph is built.
      CompletableFuture<Provenance> hashed = Provenance.begin(config, setup.encoders());
      Map<Modality, Frontier> frontiers = setup.frontiers();
      try (TrainingGraph graph = graph(setup, frontiers)) {
        Provenance provenance = Provenance.end(hashed);
        try (TrainingInputs features =
            TrainingInputs.prepare(
                setup.corpus(), setup.config(), frontiers, provenance.encoderHashes(), progress)) {
          AtomicFolder.write(
              folder,
              unfinished -> {
                RunFolder written = new RunFolder(unfinished);
                RunConfigFile.write(written.config(), setup.config());
                written.writeJson(RunFolder.PROVENANCE, provenance);
              });
          RunLock lock = RunLock.take(folder);
          try {
            return train(setup, new RunFolder(folder), graph, features, traceStep, progress);
          } finally {
            lock.close();
          }
        }
      }
    }
  }

  /**
   * Goes on with a run that was broken off, from its last checkpoint.
   *
   * @throws IOException if it is no run, has ended, another process works on it, or its corpus or
   *     an encoder is not what it was
   */
  public static RunMetrics resume(Path folder, Consumer<Progress> progress) throws IOException {
    RunFolder run = new RunFolder(folder);
    RunConfig begun = run.readConfig();
    RunConfig config = begun.computed(begun.compute().orElse(ComputeConfig.ofOlderRuns()));
    if (run.hasEnded()) {
      throw new IOException(folder + ": the run has ended; its metrics.json says how");
    }
    RunLock lock = RunLock.take(folder);
    try {
      return resume(run, config, progress);
    } finally {
      lock.close();
    }
  }

  private static RunMetrics resume(RunFolder run, RunConfig config, Consumer<Progress> progress)
      throws IOException {
    Provenance began = run.readProvenance();
    began.requireUnchanged(config.data().manifest().orElseThrow());
    began.requireUnchanged(TrainingSetup.openEncoders(config));
    began.requireUnchanged(config.text().choice());
    try (TrainingSetup setup = TrainingSetup.of(config, progress)) {
      Map<Modality, Frontier> frontiers = setup.frontiers();
      try (TrainingGraph graph = graph(setup, frontiers);
          TrainingInputs features =
              TrainingInputs.prepare(
                  setup.corpus(), setup.config(), frontiers, began.encoderHashes(), progress)) {
        run.removeUnfinished();
        return train(setup, run, graph, features, OptionalLong.empty(), progress);
      }
    }
  }

  private static TrainingGraph graph(TrainingSetup setup, Map<Modality, Frontier> frontiers)
      throws IOException {
    int labels = setup.corpus().splits().labels().size();
    return new TrainingGraph(setup.config(), frontiers, labels, totalSteps(setup));
  }

  private static long totalSteps(TrainingSetup setup) {
    return (long) setup.config().training().epochs() * setup.stepsPerEpoch();
  }

  private static void requireStep(OptionalLong trace, TrainingSetup setup) throws IOException {
    long steps = totalSteps(setup);
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
      TrainingInputs features,
      OptionalLong trace,
      Consumer<Progress> progress)
      throws IOException {
    int done = run.newestCheckpoint().orElse(0);
    long firstStep = (long) done * setup.stepsPerEpoch();
    try (RunEvents events = RunEvents.open(run, setup, graph, firstStep)) {
      return new TrainingLoop(setup, run, graph, features, events, trace, progress).run(done);
    }
  }
}
