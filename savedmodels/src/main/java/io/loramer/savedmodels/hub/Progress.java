package io.loramer.savedmodels.hub;

/** Receives the progress of a download. */
@FunctionalInterface
public interface Progress {
  /**
   * Called for every piece that arrives, some hundreds of times a second.
   *
   * @param bytes of the file that have arrived, including those of an earlier, broken download
   * @param total size of the file
   */
  void arrived(String file, long bytes, long total);
}
