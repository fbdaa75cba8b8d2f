package io.loramer.savedmodels.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes a folder so that it appears complete or not at all. */
public final class AtomicFolder {
  private AtomicFolder() {}

  /** Fills a folder. */
  @FunctionalInterface
  public interface Content {
    /** Writes the files into this empty folder. */
    void writeTo(Path folder) throws IOException;
  }

  /**
   * Checks that a folder does not exist yet and can be made; to be called before long work.
   *
   * @throws IOException if the folder exists, or no folder can be made there
   */
  public static void requireAbsent(Path folder) throws IOException {
    if (Files.exists(folder)) {
      throw new IOException(folder + " exists already; remove it or name another folder");
    }
    Path above = folder.toAbsolutePath().normalize().getParent();
    while (!Files.exists(above)) {
      above = above.getParent();
    }
    if (!Files.isDirectory(above) || !Files.isWritable(above)) {
      String found = Files.isDirectory(above) ? "may not be written to" : "is a file";
      throw new IOException("%s: cannot be made, since %s %s".formatted(folder, above, found));
    }
  }

  /**
   * Writes a folder under a temporary name beside its final path, then renames it.
   *
   * @throws IOException if the folder exists or a file cannot be written; no file is left then
   */
  public static void write(Path folder, Content content) throws IOException {
    requireAbsent(folder);
    Path parent = folder.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    // Not a temporary directory of the JDK's: other users could not read it.
    Path unfinished = parent.resolve(".%s.%s".formatted(folder.getFileName(), UUID.randomUUID()));
    Files.createDirectory(unfinished);
    try {
      content.writeTo(unfinished);
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(unfinished);
    }
  }

  /** Deletes a folder with its content, if it exists. */
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> deepestFirst;
      try (Stream<Path> paths = Files.walk(folder)) {
        deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }
}
