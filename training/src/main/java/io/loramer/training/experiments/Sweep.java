package io.loramer.training.experiments;

import io.loramer.recognition.corpus.Progress;
import io.loramer.savedmodels.files.AtomicFolder;
import io.loramer.savedmodels.files.JsonFile;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * Cross-validations of several configurations.
 *
 * <pre>
 *   sweep.json     the {@link SweepGrid}
 *   NAME/          a {@link Crossval} per point
 *   summary.json   the {@link SweepSummary}
 * </pre>
 */
public final class Sweep {
  private static final Logger LOG = LogManager.getLogger(Sweep.class);

  /** The file that marks the folder of a sweep. */
  public static final String GRID = "sweep.json";

  private final Path folder;
  private final SweepGrid grid;
  private final List<Crossval> crossvals;

  private Sweep(Path folder, SweepGrid grid, List<Crossval> crossvals) {
    this.folder = folder;
    this.grid = grid;
    this.crossvals = crossvals;
  }

  /**
   * Reads the configuration of each point and checks it as {@link Crossval#prepare} does.
   *
   * @param file the configuration that all points share
   * @param overrides values of keys that no point sets
   * @param folder new, or that of the same sweep, which is then resumed
   * @throws IOException with the problems of all points; nothing is written
   */
  public static Sweep prepare(
      Path file,
      SweepGrid grid,
      Map<String, String> overrides,
      CrossvalOptions options,
      Path folder)
      throws IOException {
    if (!Files.exists(folder.resolve(GRID))) {
      AtomicFolder.requireAbsent(folder);
    }
    List<String> problems = new ArrayList<>();
    List<Crossval> crossvals = new ArrayList<>();
    for (SweepGrid.Point point : grid.points()) {
      List<String> twice = overrides.keySet().stream().filter(point.set()::containsKey).toList();
      try {
        if (!twice.isEmpty()) {
          throw new IOException("the grid sets " + twice + " itself; leave out the override");
        }
        RunConfig config = RunConfigFile.read(file, point.overrides(), overrides);
        crossvals.add(Crossval.prepare(config, options, folder.resolve(point.folder())));
      } catch (IOException | IllegalArgumentException e) {
        problems.add(point.name() + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IOException(String.join("\n", problems));
    }
    return new Sweep(folder, grid, crossvals);
  }

  /**
   * Runs all points one after the other. If one fails, the sweep goes on with the next.
   *
   * @throws IOException if the summary cannot be written
   */
  public SweepSummary run(Consumer<Progress> progress) throws IOException {
    Files.createDirectories(folder);
    JsonFile.write(folder.resolve(GRID), grid);
    List<SweepSummary.Row> rows = new ArrayList<>();
    for (int i = 0; i < crossvals.size(); i++) {
      SweepGrid.Point point = grid.points().get(i);
      LOG.info("point {} of {}: {}", i + 1, crossvals.size(), point.name());
      Optional<CrossvalSummary> result = Optional.empty();
      Optional<String> failure = Optional.empty();
      try {
        result = Optional.of(crossvals.get(i).run(progress));
      } catch (IOException | IllegalArgumentException e) {
        LOG.error("{}: {}", point.name(), e.getMessage());
        failure = Optional.of(String.valueOf(e.getMessage()));
      } catch (IllegalStateException | TensorFlowException e) { // not caused by the input
        LOG.error("{}: failed", point.name(), e);
        failure = Optional.of(e.toString());
      }
      rows.add(new SweepSummary.Row(point.name(), point.folder(), point.paper(), result, failure));
      JsonFile.write(folder.resolve(Crossval.SUMMARY), new SweepSummary(rows));
    }
    return new SweepSummary(rows);
  }
}
