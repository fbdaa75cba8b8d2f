package io.loramer.training.testing;

import io.loramer.recognition.testing.TestFiles;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model's folder as {@code save_pretrained(saved_model=True)} of transformers' TF classes writes
 * it: the SavedModel in {@code saved_model/1/} and config.json beside it.
 *
 * <p>The SavedModels are by transformers 4.57.6 and tensorflow 2.21 (fixtures/tf of savedmodels).
 */
public final class TransformersModel {
  private static final Path FIXTURES =
      TestFiles.ofRepository("savedmodels/src/test/resources/fixtures");

  private TransformersModel() {}

  /**
   * Makes the folder.
   *
   * @param name of the SavedModel among the fixtures
   * @param checkpoint the fixture with the checkpoint of the same weights
   * @param folder made here
   */
  public static Path in(Path folder, String name, String checkpoint) throws IOException {
    Path savedModel = Files.createDirectories(folder.resolve("saved_model/1"));
    Path fixture = FIXTURES.resolve("tf").resolve(name);
    if (Files.isDirectory(fixture.resolve("saved_model"))) {
      copy(fixture.resolve("saved_model"), savedModel);
    } else {
      try (FileSystem zip = FileSystems.newFileSystem(fixture.resolve("saved_model.zip"))) {
        copy(zip.getPath("/"), savedModel);
      }
    }
    for (String file : List.of("config.json", "preprocessor_config.json", "tokenizer.json")) {
      Path settings = checkpoint(checkpoint).resolve(file);
      if (Files.exists(settings)) {
        Files.copy(settings, folder.resolve(file));
      }
    }
    return folder;
  }

  /** Returns the folder of a checkpoint. */
  public static Path checkpoint(String name) {
    return FIXTURES.resolve(name);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
