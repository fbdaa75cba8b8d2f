package io.loramer.training;

import io.loramer.recognition.corpus.Progress;
import io.loramer.training.config.RunConfig;
import io.loramer.training.config.RunConfigFile;
import io.loramer.training.run.Provenance;
import io.loramer.training.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A run of an experiment, which may exist already, ended or broken off.
 *
 * @param folder of the run
 */
public record PlannedRun(Path folder, RunConfig config) {
  /**
   * Checks that the run, if it exists already, has this configuration, the same data and the same
   * encoders.
   *
   * @param now the provenance that the run would start with, from {@link Trainer#check}
   * @throws IOException if it has not, with the keys that differ
   */
  public void requireSame(Provenance now) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    RunFolder run = new RunFolder(folder);
    RunConfig found = run.readConfig();
    List<String> differences =
        new ArrayList<>(RunConfigFile.differences(found, config.orElse(found)));
    Provenance began = run.readProvenance();
    if (!began.manifestSha256().equals(now.manifestSha256())) {
      differences.add(config.data().manifest().orElseThrow() + " has changed");
    }
    if (!began.encodersSha256().equals(now.encodersSha256())) {
      differences.add("an encoder has changed");
    }
    if (!differences.isEmpty()) {
      throw new IOException(
          "%s: another run is in this folder: %s; name another folder, or remove this one"
              .formatted(folder, String.join("; ", differences)));
    }
  }

  /** Returns whether the run exists and all of its epochs are done. */
  public boolean hasEnded() {
    return new RunFolder(folder).hasEnded();
  }

  /**
   * Starts the run, or resumes it if it exists. The experiment has logged the warnings about its
   * splits, with those of its other runs.
   *
   * @throws IOException as {@link Trainer#start} and {@link Trainer#resume}
   */
  public void finish(Consumer<Progress> progress) throws IOException {
    if (Files.exists(folder)) {
      Trainer.resume(folder, warning -> {}, progress);
    } else {
      Trainer.start(config, folder, OptionalLong.empty(), warning -> {}, progress);
    }
  }
}
