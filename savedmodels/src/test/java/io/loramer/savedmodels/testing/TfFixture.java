package io.loramer.savedmodels.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * SavedModels that {@code save_pretrained(saved_model=True)} of transformers' TF classes wrote,
 * made by gen_tf.py (tensorflow 2.21, transformers 4.57.6): fixtures/tf.
 */
public final class TfFixture {
  private TfFixture() {}

  /** Returns a SavedModel's folder, unzipped once under another folder if it is zipped. */
  public static Path savedModel(String name, Path unzipped) throws IOException {
    Path fixture = Fixture.of("tf/" + name).folder();
    if (Files.isDirectory(fixture.resolve("saved_model"))) {
      return fixture.resolve("saved_model");
    }
    Path folder = unzipped.resolve(name);
    if (!Files.exists(folder)) {
      unzip(fixture.resolve("saved_model.zip"), folder);
    }
    return folder;
  }

  private static void unzip(Path file, Path folder) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (!entry.isDirectory()) {
          Path target = folder.resolve(entry.getName());
          Files.createDirectories(target.getParent());
          Files.copy(zip, target);
        }
      }
    }
  }
}
