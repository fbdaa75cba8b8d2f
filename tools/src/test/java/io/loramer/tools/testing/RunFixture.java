package io.loramer.tools.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the files of a finished run that other commands read. */
public final class RunFixture {
  private RunFixture() {}

  /** Writes a finished run with an adapter. */
  public static Path write(Path run, TinyEncoder encoder) throws IOException {
    encoder.writeAdapter(run.resolve("model"), 0.5f);
    Files.writeString(
        run.resolve("config.yaml"), "audio: {encoder: '%s'}\n".formatted(encoder.savedModel()));
    Files.writeString(
        run.resolve("metrics.json"),
        """
        {"best_epoch": 3, "cropped_clips": 0, "trainable_parameters": 192, "epochs": [],
         "validation": {"utterances": 8, "unweighted_accuracy": 0.625}}
        """);
    return run;
  }
}
