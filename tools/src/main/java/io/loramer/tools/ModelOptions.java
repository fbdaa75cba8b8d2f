package io.loramer.tools;

import io.loramer.recognition.words.SpeechRecognizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of commands that run an exported model. */
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FOLDER",
      description = "An exported model: a folder that contains a folder for each version.")
  private Path model;

  @Option(
      names = "--recognizer",
      paramLabel = "FOLDER",
      description =
          "Recognises words that are not given: a SavedModel converted from a checkpoint ForCTC.")
  private Optional<Path> recognizer;

  Path model() {
    return model;
  }

  Optional<Path> recognizer() {
    return recognizer;
  }

  /**
   * Requires a recogniser in the option's folder, if it is given.
   *
   * @throws IOException if the folder holds none
   */
  void requireRecognizer() throws IOException {
    if (recognizer.isPresent()) {
      SpeechRecognizer.require(recognizer.get());
    }
  }
}
