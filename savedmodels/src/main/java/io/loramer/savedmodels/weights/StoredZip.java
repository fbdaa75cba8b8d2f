package io.loramer.savedmodels.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The places of the entries of a zip archive in its file, which the JDK's own reader does not give.
 * All entries must be stored, not compressed; PyTorch stores them so that they can be mapped.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>
 */
final class StoredZip {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int CENTRAL_HEADER = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int ZIP64_END = 0x06064b50;
  private static final int ZIP64_LOCATOR = 0x07064b50;

  private static final int LOCAL_HEADER_BYTES = 30;
  private static final int CENTRAL_HEADER_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int ZIP64_END_BYTES = 56;
  private static final int ZIP64_LOCATOR_BYTES = 20;
  private static final int MAX_COMMENT = 0xffff;

  /** Enough for 100,000 entries; a model has some hundreds. */
  private static final long MAX_DIRECTORY_BYTES = 10_000_000;

  private final Path file;
  private final FileChannel channel;
  private final long fileBytes;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private StoredZip(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.fileBytes = channel.size();
  }

  /** The place of an entry's bytes in the file. */
  record Entry(long offset, long bytes) {}

  /** The central directory. */
  private record Directory(long entries, long offset, long bytes) {}

  /**
   * Reads an archive's directory.
   *
   * @return entries by name
   * @throws IOException if it is damaged, or an entry is compressed, encrypted or has a name that
   *     is a path out of the archive
   */
  static Map<String, Entry> read(Path file, FileChannel channel) throws IOException {
    StoredZip zip = new StoredZip(file, channel);
    Directory directory = zip.findDirectory();
    boolean inFile =
        directory.offset >= 0
            && directory.bytes >= 0
            && directory.bytes <= Math.min(MAX_DIRECTORY_BYTES, zip.fileBytes)
            && directory.offset <= zip.fileBytes - directory.bytes
            && directory.entries >= 0
            && directory.entries <= directory.bytes / CENTRAL_HEADER_BYTES;
    if (!inFile) {
      throw zip.damaged("its directory does not fit into the file: " + directory);
    }
    ByteBuffer bytes = zip.bytes(directory.offset, (int) directory.bytes);
    for (long i = 0; i < directory.entries; i++) {
      zip.readEntry(bytes);
    }
    return zip.entries;
  }

  /** Finds the record at the end of the file, after which only a comment may follow. */
  private Directory findDirectory() throws IOException {
    int length = (int) Math.min(fileBytes, END_BYTES + MAX_COMMENT);
    long tailAt = fileBytes - length;
    ByteBuffer tail = bytes(tailAt, length);
    for (int at = length - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END && at + END_BYTES + unsignedShort(tail, at + 20) == length) {
        long locatorAt = tailAt + at - ZIP64_LOCATOR_BYTES;
        if (locatorAt >= 0) {
          ByteBuffer locator = bytes(locatorAt, ZIP64_LOCATOR_BYTES);
          if (locator.getInt(0) == ZIP64_LOCATOR) {
            return zip64Directory(locator.getLong(8));
          }
        }
        return new Directory(
            unsignedShort(tail, at + 10), unsignedInt(tail, at + 16), unsignedInt(tail, at + 12));
      }
    }
    throw damaged("it has no directory at its end: truncated?");
  }

  private Directory zip64Directory(long offset) throws IOException {
    ByteBuffer end = bytes(offset, ZIP64_END_BYTES);
    if (end.getInt(0) != ZIP64_END) {
      throw damaged("no zip64 directory at byte " + offset);
    }
    return new Directory(end.getLong(32), end.getLong(48), end.getLong(40));
  }

  private void readEntry(ByteBuffer directory) throws IOException {
    int at = directory.position();
    if (directory.remaining() < CENTRAL_HEADER_BYTES || directory.getInt(at) != CENTRAL_HEADER) {
      throw damaged("no directory entry where one should be");
    }
    int nameBytes = unsignedShort(directory, at + 28);
    int extraBytes = unsignedShort(directory, at + 30);
    int length = CENTRAL_HEADER_BYTES + nameBytes + extraBytes + unsignedShort(directory, at + 32);
    if (directory.remaining() < length) {
      throw damaged("a directory entry ends behind the directory");
    }
    String name = text(directory, at + CENTRAL_HEADER_BYTES, nameBytes);
    checkName(name);
    boolean encrypted = (directory.getShort(at + 8) & 1) != 0;
    int method = unsignedShort(directory, at + 10);
    if (encrypted || method != 0) {
      throw new IOException(
          "%s: entry %s is %s; PyTorch stores entries as they are"
              .formatted(
                  file, name, encrypted ? "encrypted" : "compressed (method " + method + ")"));
    }
    // Written only for 32-bit fields that overflow, in this order.
    ByteBuffer wide = zip64(directory, at + CENTRAL_HEADER_BYTES + nameBytes, extraBytes);
    long bytes = widened(unsignedInt(directory, at + 24), wide);
    long stored = widened(unsignedInt(directory, at + 20), wide);
    long offset = widened(unsignedInt(directory, at + 42), wide);
    if (bytes != stored) {
      throw damaged("entry " + name + ": stored in " + stored + " bytes, has " + bytes);
    }
    if (entries.put(name, locate(name, offset, bytes)) != null) {
      throw damaged("entry " + name + " is there twice");
    }
    directory.position(at + length);
  }

  /** Finds an entry's bytes behind its local header. */
  private Entry locate(String name, long offset, long bytes) throws IOException {
    ByteBuffer header = bytes(offset, LOCAL_HEADER_BYTES);
    int nameBytes = unsignedShort(header, 26);
    long data = offset + LOCAL_HEADER_BYTES + nameBytes + unsignedShort(header, 28);
    boolean sound =
        header.getInt(0) == LOCAL_HEADER
            && text(bytes(offset + LOCAL_HEADER_BYTES, nameBytes), 0, nameBytes).equals(name)
            && bytes >= 0
            && bytes <= fileBytes - data;
    if (!sound) {
      throw damaged("entry " + name + " is not at byte " + offset + " of the file");
    }
    return new Entry(data, bytes);
  }

  private void checkName(String name) throws IOException {
    boolean plain =
        !name.isEmpty()
            && !name.startsWith("/")
            && name.chars().noneMatch(c -> c == '\\' || c == ':' || c < ' ')
            && !List.of(name.split("/", -1)).contains("..");
    if (!plain) {
      throw new IOException(
          file + ": refused: entry named " + name + ", a path out of the archive");
    }
  }

  /** Returns the content of the extra field that holds 64-bit sizes, empty if there is none. */
  private static ByteBuffer zip64(ByteBuffer directory, int start, int length) {
    ByteBuffer extra = directory.slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int size = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
      if (id == 1) {
        return extra.slice(extra.position(), size).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + size);
    }
    return ByteBuffer.allocate(0);
  }

  private long widened(long value, ByteBuffer wide) throws IOException {
    if (value != 0xffff_ffffL) {
      return value;
    }
    if (wide.remaining() < Long.BYTES) {
      throw damaged("a directory entry lacks its 64-bit size");
    }
    return wide.getLong();
  }

  private ByteBuffer bytes(long offset, int length) throws IOException {
    if (offset < 0 || offset > fileBytes - length) {
      throw damaged("no " + length + " bytes at byte " + offset);
    }
    return TensorFile.read(file, channel, offset, length);
  }

  private IOException damaged(String problem) {
    return new IOException(file + ": damaged zip archive: " + problem);
  }

  private static String text(ByteBuffer bytes, int start, int length) {
    return StandardCharsets.UTF_8.decode(bytes.slice(start, length)).toString();
  }

  private static int unsignedShort(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static long unsignedInt(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
