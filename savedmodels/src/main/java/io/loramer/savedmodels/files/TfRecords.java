package io.loramer.savedmodels.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/**
 * TensorFlow's record files. Each record is its length, the length's checksum, the bytes, and the
 * bytes' checksum.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">The TFRecord format</a>
 */
public final class TfRecords {
  /** Added to the rotated checksum: a plain CRC over data with CRCs in it would detect less. */
  private static final int MASK_DELTA = 0xa282ead8;

  private static final int FRAME_BYTES = Long.BYTES + 2 * Integer.BYTES;

  private TfRecords() {}

  /** Appends a record to a stream. */
  public static void write(OutputStream out, byte[] record) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(record.length).array();
    out.write(length);
    out.write(littleEndian(Integer.BYTES).putInt(maskedChecksum(length)).array());
    out.write(record);
    out.write(littleEndian(Integer.BYTES).putInt(maskedChecksum(record)).array());
  }

  /**
   * Reads all records of a file that fits in memory.
   *
   * @throws IOException if it is missing, cut short or damaged
   */
  public static List<byte[]> read(Path file) throws IOException {
    ByteBuffer bytes = bytes(file);
    List<byte[]> records = new ArrayList<>();
    while (bytes.hasRemaining()) {
      records.add(next(bytes, file, records.size()));
    }
    return records;
  }

  /**
   * Finds the first record that satisfies a condition, in a file that may still be growing.
   *
   * @throws IOException if the file is missing, or is damaged or truncated before such a record
   */
  public static Optional<byte[]> first(Path file, Predicate<byte[]> wanted) throws IOException {
    ByteBuffer bytes = bytes(file);
    for (int index = 0; bytes.hasRemaining(); index++) {
      byte[] record = next(bytes, file, index);
      if (wanted.test(record)) {
        return Optional.of(record);
      }
    }
    return Optional.empty();
  }

  private static ByteBuffer bytes(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] next(ByteBuffer bytes, Path file, int index) throws IOException {
    if (bytes.remaining() < FRAME_BYTES
        || bytes.getLong(bytes.position()) > bytes.remaining() - FRAME_BYTES) {
      throw new EOFException(file + ": cut short in record " + index);
    }
    byte[] length = new byte[Long.BYTES];
    bytes.get(length);
    boolean intact = bytes.getInt() == maskedChecksum(length);
    long size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] record = new byte[intact ? Math.toIntExact(size) : 0];
    bytes.get(record);
    if (!intact || bytes.getInt() != maskedChecksum(record)) {
      throw new IOException(file + ": record " + index + " is damaged");
    }
    return record;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int maskedChecksum(byte[] data) {
    CRC32C checksum = new CRC32C();
    checksum.update(data);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
  }
}
