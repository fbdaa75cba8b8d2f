package io.loramer.training.run;

import io.loramer.recognition.TrainingClips;
import io.loramer.recognition.measures.Prediction;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.ProjectorFiles;
import io.loramer.training.config.ResolvedRunConfig;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.tensorboard.EventFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;

/**
 * A run on disk.
 *
 * <pre>
 *   config.yaml        every key, with the values that the run chose
 *   provenance.json    versions, seed, hashes of data and encoders
 *   training_clips.bin the {@link TrainingClips}
 *   checkpoints/       after each epoch: variables, optimiser, state of the run
 *   model/             the best epoch's adapter (PEFT) and head.safetensors
 *   metrics.json       of the finished run
 *   predictions.jsonl  of its validation and test splits
 *   events.out.*       TensorBoard
 *   projector_config.pbtxt, embeddings.tsv, embeddings_metadata.tsv   its projector
 *   lock               held by the process that trains the run
 * </pre>
 *
 * <p>Every file and folder is written under another name and then renamed.
 */
public final class RunFolder {
  /** The file with the {@link Provenance}. */
  public static final String PROVENANCE = "provenance.json";

  /** Marks the end of a run. */
  public static final String METRICS = "metrics.json";

  /** The file with the embedding of each prediction, see {@link ProjectorFiles}. */
  public static final String EMBEDDINGS = "embeddings.tsv";

  private static final String PREDICTIONS = "predictions.jsonl";

  private static final String CHECKPOINTS = "checkpoints";
  private static final String VARIABLES = "variables";

  /** The names of unfinished files and folders, which stay behind if the process is killed. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\.+(model|epoch-[0-9]+)\\..*|\\..*\\.unfinished");

  private final Path path;

  /** Refers to a folder, which need not exist. */
  public RunFolder(Path path) {
    this.path = path;
  }

  /**
   * Checks that a new run can have a folder; to be called before long work.
   *
   * @throws IOException if the folder exists, or cannot be made
   */
  public static void requireNew(Path path) throws IOException {
    RunFolder run = new RunFolder(path);
    if (Files.exists(run.config())) {
      String advice =
          run.hasEnded()
              ? "has ended; remove it or name another folder"
              : "has not ended: `lora-mer train --resume %s` goes on with it".formatted(path);
      throw new IOException(path + " exists already: a run that " + advice);
    }
    AtomicFolder.requireAbsent(path);
  }

  /**
   * Makes the folder of a new run, with its configuration, its provenance and the hashes of the
   * clips that it trains on.
   *
   * @param path not there yet
   */
  public static RunFolder begin(
      Path path, ResolvedRunConfig config, Provenance provenance, TrainingClips clips)
      throws IOException {
    AtomicFolder.write(
        path,
        unfinished -> {
          RunFolder written = new RunFolder(unfinished);
          RunConfigFile.write(written.config(), config.toRunConfig());
          written.writeJson(PROVENANCE, provenance);
          clips.write(unfinished);
        });
    return new RunFolder(path);
  }

  /** Returns the path of the folder. */
  public Path path() {
    return path;
  }

  /** Returns the folder of the best epoch's adapter and head. */
  public Path model() {
    return path.resolve("model");
  }

  /** Returns the file of the configuration. */
  Path config() {
    return path.resolve("config.yaml");
  }

  /**
   * Reads the configuration as it is written; older versions wrote fewer keys.
   *
   * @throws IOException if this is no run
   */
  public RunConfig readConfig() throws IOException {
    if (!Files.isRegularFile(config())) {
      throw new IOException(
          path + ": not a run: it has no config.yaml; `lora-mer train` makes one");
    }
    return RunConfigFile.read(Optional.of(config()), Map.of());
  }

  /**
   * Reads the configuration with the values that the run chose for what was left open.
   *
   * @throws IOException if this is no run
   */
  public ResolvedRunConfig readResolvedConfig() throws IOException {
    try {
      return ResolvedRunConfig.ofRun(readConfig());
    } catch (IllegalArgumentException e) {
      throw new IOException(config() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the results of the run.
   *
   * @throws IOException if it has not ended
   */
  public RunMetrics readMetrics() throws IOException {
    Path file = path.resolve(METRICS);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          path + ": the run has not ended; `lora-mer train --resume " + path + "` goes on with it");
    }
    return JsonFile.read(file, RunMetrics.class);
  }

  /**
   * Reads the finished run's predictions for its validation and test splits.
   *
   * @throws IOException if it has not ended
   */
  public List<Prediction> readPredictions() throws IOException {
    List<Prediction> predictions = new ArrayList<>();
    for (String line : Files.readAllLines(path.resolve(PREDICTIONS))) {
      predictions.add(JsonFile.readLine(line, Prediction.class));
    }
    return predictions;
  }

  /**
   * Reads the graph of a training step, the one that TensorBoard shows.
   *
   * @throws IOException if the run has not written it yet
   */
  public GraphDef readGraph() throws IOException {
    return EventFile.readGraph(path);
  }

  /**
   * Reads the versions, hashes and the seed that the run was started with.
   *
   * @throws IOException if this is no run
   */
  public Provenance readProvenance() throws IOException {
    Path file = path.resolve(PROVENANCE);
    if (!Files.isRegularFile(file)) {
      throw new IOException(path + ": not a run: it has no " + PROVENANCE);
    }
    return JsonFile.read(file, Provenance.class);
  }

  /** Returns the file of the {@link TrainingClips}, which runs of earlier versions lack. */
  public Path trainingClips() {
    return path.resolve(TrainingClips.FILE);
  }

  /** Returns whether all of its epochs are done. */
  public boolean hasEnded() {
    return Files.exists(path.resolve(METRICS));
  }

  /**
   * The state of a run after an epoch, beside its variables.
   *
   * @param bestEpoch from 1; 0 before the first epoch
   * @param croppedClips the number of clips that are longer than the limit
   */
  public record State(List<EpochMetrics> epochs, int bestEpoch, int croppedClips) {
    /** Returns the number of epochs that are done. */
    public int epochsDone() {
      return epochs.size();
    }

    /** Returns the metrics of the best epoch. */
    public EpochMetrics best() {
      return epochs.get(bestEpoch - 1);
    }
  }

  /** Removes unfinished files and folders of a process that was killed. */
  public void removeUnfinished() throws IOException {
    for (Path folder : List.of(path, path.resolve(CHECKPOINTS))) {
      for (String name : names(folder)) {
        if (UNFINISHED.matcher(name).matches()) {
          AtomicFolder.delete(folder.resolve(name));
        }
      }
    }
  }

  /** Returns the epoch of the newest checkpoint, if there is any. */
  public Optional<Integer> newestCheckpoint() throws IOException {
    return checkpoints().stream().max(Comparator.naturalOrder());
  }

  /** Reads the state of the run after an epoch, from its checkpoint. */
  public State readState(int epoch) throws IOException {
    return JsonFile.read(checkpoint(epoch).resolve("progress.json"), State.class);
  }

  /** Returns the prefix of the variables' files in a checkpoint. */
  public Path variables(int epoch) {
    return checkpoint(epoch).resolve(VARIABLES);
  }

  /**
   * Writes a checkpoint, and removes those that are neither the newest nor the best.
   *
   * @param variables writes the variables' values under a prefix
   */
  public void writeCheckpoint(State state, Consumer<Path> variables) throws IOException {
    int epoch = state.epochsDone();
    AtomicFolder.write(
        checkpoint(epoch),
        folder -> {
          variables.accept(folder.resolve(VARIABLES));
          JsonFile.write(folder.resolve("progress.json"), state);
        });
    for (int other : checkpoints()) {
      if (other != epoch && other != state.bestEpoch()) {
        AtomicFolder.delete(checkpoint(other));
      }
    }
  }

  /** Writes a value as JSON into a file of the folder. */
  public void writeJson(String name, Object value) throws IOException {
    JsonFile.write(path.resolve(name), value);
  }

  /** Writes {@code predictions.jsonl}. */
  public void writePredictions(List<Prediction> predictions) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Prediction prediction : predictions) {
      lines.add(JsonFile.line(prediction));
    }
    JsonFile.writeText(
        path.resolve(PREDICTIONS), lines.stream().collect(Collectors.joining("\n", "", "\n")));
  }

  private Path checkpoint(int epoch) {
    return path.resolve(CHECKPOINTS).resolve("epoch-" + epoch);
  }

  private List<Integer> checkpoints() throws IOException {
    return names(path.resolve(CHECKPOINTS)).stream()
        .filter(name -> name.matches("epoch-[0-9]+")) // not unfinished ones
        .map(name -> Integer.parseInt(name.substring("epoch-".length())))
        .toList();
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
