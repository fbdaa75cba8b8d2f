package io.loramer.savedmodels.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Recognises the small text file that Git checks out for a large file without Git LFS. */
public final class GitLfs {
  private static final String START = "version https://git-lfs";

  private GitLfs() {}

  /** Returns whether a file is a pointer in place of its content. */
  public static boolean isPointer(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(START.length());
      return new String(start, StandardCharsets.US_ASCII).equals(START);
    }
  }

  /**
   * Checks that a file has its content.
   *
   * @throws IOException if it is a pointer, with what to do
   */
  public static void refusePointer(Path file) throws IOException {
    if (isPointer(file)) {
      throw new IOException(
          file + ": a Git LFS pointer, not the file itself; run `git lfs pull` where it came from");
    }
  }
}
