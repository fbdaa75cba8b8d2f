package io.loramer.training.corpora;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Lists the audio and video files of a folder. */
final class ClipFiles {
  private static final Set<String> EXTENSIONS =
      Set.of(
          "aac", "aif", "aifc", "aiff", "au", "avi", "flac", "flv", "m4a", "mkv", "mov", "mp3",
          "mp4", "oga", "ogg", "opus", "wav", "webm", "wma");

  private ClipFiles() {}

  /**
   * Lists the files with known extensions in a folder and all folders below it, sorted by path.
   * Hidden files, and the {@code ._name} files that macOS leaves in archives, are skipped.
   *
   * @return absolute paths
   */
  static List<Path> under(Path folder) throws IOException {
    requireFolder(folder);
    // Corpora are often links to another disk.
    try (Stream<Path> files = Files.walk(absolute(folder), FileVisitOption.FOLLOW_LINKS)) {
      List<Path> clips = files.filter(ClipFiles::isClip).sorted().toList();
      requireNames(folder, clips);
      return clips;
    }
  }

  /** Requires that the locale's character set has all letters of the names. */
  private static void requireNames(Path folder, List<Path> clips) throws IOException {
    List<Path> damaged = clips.stream().filter(clip -> clip.toString().contains("\uFFFD")).toList();
    if (!damaged.isEmpty()) {
      throw new IOException(
          "%s: expected file names in the locale's character set, %s; found %d others, the first is"
                  .formatted(folder, System.getProperty("sun.jnu.encoding"), damaged.size())
              + " %s; set LC_ALL=C.UTF-8, or rename them".formatted(damaged.get(0)));
    }
  }

  /** Returns the name of a file without its extension. */
  static String stem(Path file) {
    return withoutExtension(file.getFileName().toString());
  }

  /** Returns a name or path without its extension. */
  static String withoutExtension(String name) {
    return name.replaceFirst("(?<=[^/])\\.[^./]*$", "");
  }

  static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  static void requireFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      String found = Files.exists(folder) ? "a file" : "nothing";
      throw new IOException(folder + ": expected a folder, found " + found);
    }
  }

  private static boolean isClip(Path file) {
    String name = file.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && EXTENSIONS.contains(extension) && Files.isRegularFile(file);
  }
}
