package io.loramer.recognition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The versions of a model in the layout of TF Serving: a folder for each, named by its number.
 * Folders with other names, such as a version that is being written, are ignored.
 */
public final class ModelVersions {
  /** At most 18 digits, which a long holds. */
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private ModelVersions() {}

  /** Returns the versions in a model's folder, by their numbers; empty without that folder. */
  public static SortedMap<Long, Path> in(Path model) throws IOException {
    SortedMap<Long, Path> versions = new TreeMap<>();
    if (Files.isDirectory(model)) {
      try (Stream<Path> entries = Files.list(model)) {
        entries
            .filter(ModelVersions::isVersion)
            .filter(Files::isDirectory)
            .forEach(
                folder -> versions.put(Long.parseLong(folder.getFileName().toString()), folder));
      }
    }
    return versions;
  }

  /** Returns whether a folder's name is the number of a version. */
  public static boolean isVersion(Path folder) {
    return NUMBER.matcher(String.valueOf(folder.getFileName())).matches();
  }

  /** Returns the folder for the next version of a model: the highest number plus one. */
  public static Path next(Path model) throws IOException {
    SortedMap<Long, Path> versions = in(model);
    return model.resolve(String.valueOf(versions.isEmpty() ? 1 : versions.lastKey() + 1));
  }

  /** Returns the version with the highest number. */
  static Optional<Path> newest(Path model) throws IOException {
    SortedMap<Long, Path> versions = in(model);
    return versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.lastKey()));
  }
}
