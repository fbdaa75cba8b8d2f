package io.loramer.savedmodels.hub;

/** Hears how far a download is. */
@FunctionalInterface
public interface Progress {
  /**
   * Called for every piece that arrived, some hundreds of times a second.
   *
   * @param bytes of the file that are here, those of an earlier, broken download included
   * @param total size of the file
   */
  void arrived(String file, long bytes, long total);
}
