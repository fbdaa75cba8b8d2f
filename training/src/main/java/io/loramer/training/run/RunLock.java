package io.loramer.training.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps two processes from working on one run: a locked file in its folder while one does. */
public final class RunLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private RunLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of a run. The operating system gives it back when the process ends, however it
   * does.
   *
   * @throws IOException if somebody else has it
   */
  public static RunLock take(Path run) throws IOException {
    Path file = run.resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!tryLock(channel)) {
      channel.close();
      throw new IOException(
          run + ": another process works on this run; wait until it ends, or end it");
    }
    return new RunLock(file, channel);
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) { // held by another thread of this process
      return false;
    }
  }

  /** Gives the lock back, and leaves nothing in the folder. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    channel.close();
  }
}
