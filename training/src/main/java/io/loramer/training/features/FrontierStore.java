package io.loramer.training.features;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.loramer.model.Frontier;
import io.loramer.model.Frontier.Storage;
import io.loramer.savedmodels.files.Sha256;
import io.loramer.training.run.Provenance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The hidden states of utterances at a frontier, on disk.
 *
 * <p>They are computed once and read in every epoch of every run.
 *
 * <pre>
 *   index        an entry of 64 bytes per utterance, appended after its states
 *   0000.states  states [states, T, H] one after the other; the next file begins at 1 GiB
 *   lock         held by the process that appends
 * </pre>
 *
 * <p>Written bytes never change. A process that is killed while it appends leaves bytes that no
 * entry points to, or a part of an entry, which the next process overwrites. States are read
 * directly into the tensor that is fed: mapping the file would save no copy, and the pages would
 * count as memory of the process.
 */
final class FrontierStore implements AutoCloseable {
  /** Version of the files and of the computation: to be raised when either changes. */
  private static final int FORMAT = 1;

  private static final int KEY_BYTES = 8;
  private static final int ENTRY_BYTES = 64;
  private static final long SEGMENT_BYTES = 1L << 30;

  /** The number of bytes before an entry's own checksum. */
  private static final int CHECKED_BYTES = ENTRY_BYTES - Integer.BYTES;

  private final Path folder;
  private final int states;
  private final int frameBytes;
  private final Map<ContentHash, Place> places = new HashMap<>();
  private final Map<Integer, FileChannel> segments = new HashMap<>();
  private final FileChannel index;
  private final FileChannel lock;
  private long indexed;
  private int newestSegment;

  /** The position of an utterance's states. */
  private record Place(int segment, long offset, int frames, int checksum) {}

  private FrontierStore(Path folder, int states, int frameBytes) throws IOException {
    this.folder = folder;
    this.states = states;
    this.frameBytes = frameBytes;
    Files.createDirectories(folder);
    index = open("index");
    lock = open("lock");
  }

  /**
   * Opens the store of a frontier, or makes it.
   *
   * @param cache the folder of the stores of all frontiers
   * @param encoderHash of the encoder, from {@link Provenance}
   */
  static FrontierStore open(Path cache, Frontier frontier, String encoderHash) throws IOException {
    MessageDigest digest = Sha256.digest();
    String identity =
        "%d %s %s %s".formatted(FORMAT, encoderHash, frontier.states(), frontier.storage());
    digest.update(identity.getBytes(UTF_8));
    String key = HexFormat.of().formatHex(digest.digest(), 0, KEY_BYTES);
    Path folder = cache.resolve(frontier.modality().scope() + "-" + key);
    int number = frontier.storage() == Storage.FLOAT16 ? Short.BYTES : Float.BYTES;
    FrontierStore store =
        new FrontierStore(folder, frontier.states().size(), frontier.size().hiddenSize() * number);
    store.readIndex();
    return store;
  }

  /**
   * Checks that the disk has room for so many bytes.
   *
   * @throws IOException if it has not
   */
  void requireRoom(long bytes) throws IOException {
    long usable = Files.getFileStore(folder).getUsableSpace();
    if (bytes > usable) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: storing the encoder's states takes %.1f GB, and %.1f GB are left; set"
                  + " cache.states to float16 (half of it) or none, or cache.folder to another disk",
              folder,
              bytes / 1e9,
              usable / 1e9));
    }
  }

  /**
   * Checks that the states of a batch fit into one buffer.
   *
   * @param longest frames of the longest utterance
   * @throws IOException if they take 2 GiB or more
   */
  void requireReadable(int rows, int longest) throws IOException {
    long bytes = rows * bytes(longest);
    if (bytes > Integer.MAX_VALUE) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "training.batch_size: expected batches whose stored states take less than 2 GiB, found"
                  + " %d utterances of up to %d frames in %d states, %.1f GiB; lower it, or set"
                  + " cache.states to float16 (half of it) or none",
              rows,
              longest,
              states,
              bytes / (double) (1 << 30)));
    }
  }

  /** Returns whether an utterance is stored. */
  boolean contains(ContentHash utterance) {
    return places.containsKey(utterance);
  }

  /** Returns the frames of a stored utterance. */
  int frames(ContentHash utterance) {
    return places.get(utterance).frames;
  }

  /** Returns the size in bytes of the states of so many frames. */
  long bytes(int frames) {
    return (long) states * frames * frameBytes;
  }

  /**
   * Appends the states of an utterance, unless another process has done so meanwhile.
   *
   * @param utterance the hash of its content
   * @param content each state [T, H], from its position to its limit
   */
  void append(ContentHash utterance, int frames, List<ByteBuffer> content) throws IOException {
    FileLock held = lock.lock();
    try {
      readIndex();
      if (places.containsKey(utterance)) {
        return;
      }
      if (segment(newestSegment).size() >= SEGMENT_BYTES) {
        newestSegment++;
      }
      FileChannel file = segment(newestSegment);
      long offset = file.size();
      CRC32C checksum = new CRC32C();
      long end = offset;
      for (ByteBuffer state : content) {
        checksum.update(state.duplicate());
        end = writeAll(file, state, end);
      }
      Place place = new Place(newestSegment, offset, frames, (int) checksum.getValue());
      indexed = writeAll(index, entry(utterance, place), indexed);
      places.put(utterance, place);
    } finally {
      held.release();
    }
  }

  /**
   * Reads the states of an utterance into a row of a batch and pads them with zeros.
   *
   * @param batch memory of a tensor [states, B, longest, H]
   * @throws IOException if the checksum differs from that of the written states
   */
  void read(ContentHash utterance, ByteBuffer batch, int row, int rows, int longest)
      throws IOException {
    Place place = places.get(utterance);
    CRC32C checksum = new CRC32C();
    int stored = place.frames * frameBytes;
    int padded = longest * frameBytes;
    for (int state = 0; state < states; state++) {
      int start = (state * rows + row) * padded;
      ByteBuffer target = batch.slice(start, stored);
      readAll(segment(place.segment), target, place.offset + (long) state * stored);
      checksum.update(target.flip());
      zero(batch.slice(start + stored, padded - stored));
    }
    if ((int) checksum.getValue() != place.checksum) {
      throw new IOException(
          folder
              + ": damaged: stored states are not what was written; delete the folder, it will"
              + " be filled anew");
    }
  }

  @Override
  public void close() throws IOException {
    index.close();
    lock.close();
    for (FileChannel segment : segments.values()) {
      segment.close();
    }
  }

  private void readIndex() throws IOException {
    long end = index.size() / ENTRY_BYTES * ENTRY_BYTES;
    ByteBuffer entries = ByteBuffer.allocate(Math.toIntExact(end - indexed));
    readAll(index, entries, indexed);
    entries.flip();
    while (entries.hasRemaining()) {
      ByteBuffer entry = entries.slice(entries.position(), ENTRY_BYTES);
      entries.position(entries.position() + ENTRY_BYTES);
      if (entry.getInt(CHECKED_BYTES) != checksum(entry)) {
        throw new IOException(
            folder.resolve("index") + ": damaged; delete the folder, it will be filled anew");
      }
      ContentHash utterance = ContentHash.read(entry);
      int segment = entry.getInt();
      int frames = entry.getInt();
      newestSegment = Math.max(newestSegment, segment);
      places.put(utterance, new Place(segment, entry.getLong(), frames, entry.getInt()));
    }
    indexed = end;
  }

  private static ByteBuffer entry(ContentHash utterance, Place place) {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
    utterance.write(entry);
    entry.putInt(place.segment).putInt(place.frames).putLong(place.offset).putInt(place.checksum);
    entry.putInt(CHECKED_BYTES, checksum(entry));
    return entry.clear();
  }

  private static int checksum(ByteBuffer entry) {
    CRC32C checksum = new CRC32C();
    checksum.update(entry.slice(0, CHECKED_BYTES));
    return (int) checksum.getValue();
  }

  private synchronized FileChannel segment(int number) throws IOException {
    FileChannel file = segments.get(number);
    if (file == null) {
      file = open("%04d.states".formatted(number));
      segments.put(number, file);
    }
    return file;
  }

  private FileChannel open(String name) throws IOException {
    return FileChannel.open(
        folder.resolve(name),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  /** Returns the position behind what was written. */
  private static long writeAll(FileChannel file, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
    return at;
  }

  private void readAll(FileChannel file, ByteBuffer target, long position) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int read = file.read(target, at);
      if (read < 0) {
        throw new IOException(
            folder + ": damaged: a file ends too early; delete the folder, it will be filled anew");
      }
      at += read;
    }
  }

  private static void zero(ByteBuffer bytes) {
    while (bytes.remaining() >= Long.BYTES) {
      bytes.putLong(0);
    }
    while (bytes.hasRemaining()) {
      bytes.put((byte) 0);
    }
  }
}
