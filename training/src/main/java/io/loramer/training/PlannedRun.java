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
import java.util.function.Consumer;

/**
 * A run of an experiment, which may be there already, whole or broken off.
 *
 * @param folder of the run
 */
public record PlannedRun(Path folder, RunConfig config) {
  /**
   * Checks that what is there already, if anything, is a run of this configuration on the same data
   * and encoders.
   *
   * @param now what the run would start with, from {@link Trainer#check}
   * @throws IOException if it is another run, with the keys that differ
   */
  public void requireSame(Provenance now) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    RunFolder run = new RunFolder(folder);
    RunConfig found = run.readConfig();
    RunConfig expected = config; // where that is open, a run writes down what it found
    if (config.data().labels().isEmpty()) {
      expected = expected.withLabels(found.data().labels());
    }
    if (config.lacksSpeakers() && found.head().speaker().size().isPresent()) {
      expected = expected.withSpeakers(found.head().speaker().known());
    }
    expected = expected.computed(config.compute().orElse(found.compute()));
    List<String> differences = new ArrayList<>(RunConfigFile.differences(found, expected));
    Provenance began = run.readProvenance();
    if (!began.manifestSha256().equals(now.manifestSha256())) {
      differences.add(config.data().manifest().orElseThrow() + " has changed");
    }
    if (!began.encodersSha256().equals(now.encodersSha256())) {
      differences.add("an encoder has changed");
    }
    if (!differences.isEmpty()) {
      throw new IOException(
          "%s: a run of something else: %s; name another folder, or remove this one"
              .formatted(folder, String.join("; ", differences)));
    }
  }

  /** Returns whether there is nothing left to do. */
  public boolean hasEnded() {
    return new RunFolder(folder).hasEnded();
  }

  /**
   * Starts the run, or goes on with it.
   *
   * @throws IOException as {@link Trainer#start} and {@link Trainer#resume}
   */
  public void finish(Consumer<Progress> progress) throws IOException {
    if (Files.exists(folder)) {
      Trainer.resume(folder, progress);
    } else {
      Trainer.start(config, folder, progress);
    }
  }
}
