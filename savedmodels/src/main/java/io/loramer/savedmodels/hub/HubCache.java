package io.loramer.savedmodels.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * The cache on disk, shared with Python's huggingface_hub: contents in {@code blobs/}, by their
 * hash, and for each commit a folder of links to them in {@code snapshots/}.
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">its layout</a>
 */
record HubCache(Path root) {
  private static final long LOCK_POLL_MILLISECONDS = 200;

  /** Returns the folder of a commit's files, whether it exists or not. */
  Path snapshot(HubModel model, String commit) {
    return folder(model).resolve("snapshots").resolve(commit);
  }

  /** Returns the commit of a revision when it was last requested from the hub. */
  Optional<String> commit(HubModel model) throws IOException {
    if (model.isCommit()) {
      return Optional.of(model.revision());
    }
    Path reference = reference(model);
    if (!Files.isRegularFile(reference)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(reference).strip()).filter(HubModel::isCommit);
  }

  /** Stores the commit of a revision. */
  void remember(HubModel model, String commit) throws IOException {
    if (model.isCommit()) {
      return;
    }
    Path reference = reference(model);
    Files.createDirectories(reference.getParent());
    Path written = reference.resolveSibling(reference.getFileName() + "." + UUID.randomUUID());
    Files.writeString(written, commit);
    Files.move(written, reference, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns whether a commit is known not to have a file. */
  boolean isAbsent(HubModel model, String commit, String file) {
    return Files.exists(absence(model, commit).resolve(file));
  }

  /** Stores that a commit does not have a file. */
  void rememberAbsent(HubModel model, String commit, String file) throws IOException {
    Files.write(Files.createDirectories(absence(model, commit)).resolve(file), new byte[0]);
  }

  /** Returns the path of a content in the cache, and creates its folder. */
  Path blob(HubModel model, String etag) throws IOException {
    return Files.createDirectories(folder(model).resolve("blobs")).resolve(etag);
  }

  /** Adds a content to its snapshot as a symbolic link, or as a copy if links are impossible. */
  void link(HubModel model, HubFile file) throws IOException {
    Path snapshot = Files.createDirectories(snapshot(model, file.commit()));
    Path link = snapshot.resolve(file.name());
    Files.deleteIfExists(link); // a link whose content is missing
    try {
      Files.createSymbolicLink(link, Path.of("..", "..", "blobs", file.etag()));
    } catch (UnsupportedOperationException | FileSystemException e) {
      Path copy = snapshot.resolve(file.name() + ".incomplete");
      Files.copy(blob(model, file.etag()), copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, link, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** An action that at most one process runs at a time. */
  interface Exclusive {
    void run() throws IOException, InterruptedException;
  }

  /**
   * Runs an action while it holds the lock of a content.
   *
   * <p>Python locks these files by {@code flock}, which Java does not see. The lock only avoids a
   * second download of the same content, since both programs move complete files into place.
   */
  void locked(HubModel model, String etag, Exclusive action)
      throws IOException, InterruptedException {
    Path locks = Files.createDirectories(root.resolve(".locks").resolve(folderName(model)));
    try (FileChannel channel =
        FileChannel.open(
            locks.resolve(etag + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (!tryLock(channel)) {
        Thread.sleep(LOCK_POLL_MILLISECONDS);
      }
      action.run();
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) { // held by another thread of this process
      return false;
    }
  }

  private Path folder(HubModel model) {
    return root.resolve(folderName(model));
  }

  private static String folderName(HubModel model) {
    return "models--" + model.name().replace("/", "--");
  }

  private Path reference(HubModel model) {
    return folder(model).resolve("refs").resolve(model.revision());
  }

  private Path absence(HubModel model, String commit) {
    return folder(model).resolve(".no_exist").resolve(commit);
  }
}
