package io.loramer.recognition.audio;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The header of a WAV file: its chunks up to the first {@code data} chunk.
 *
 * @param format of the samples; absent if there is no complete {@code fmt} chunk before the data
 * @param data where the samples lie; absent if there is no {@code data} chunk
 */
public record WavHeader(Optional<Format> format, Optional<Data> data) {
  /** Programs that stream WAV, and do not know the length, write a size of this or more. */
  private static final long PLACEHOLDER = 0x7fff0000L;

  private static final int RIFF = tag("RIFF");
  private static final int WAVE = tag("WAVE");
  private static final int FORMAT = tag("fmt ");
  private static final int DATA = tag("data");
  private static final int FORMAT_BYTES = 16;
  private static final int CHUNK_HEADER = 8; // tag and size

  /**
   * The {@code fmt} chunk.
   *
   * @param encoding 1 for PCM
   * @param sampleRate in Hz
   * @param bits of a sample
   */
  public record Format(int encoding, int channels, int sampleRate, int bits) {}

  /**
   * The {@code data} chunk.
   *
   * @param start position of its first sample, in bytes from the start of the file
   * @param bytes its size as the header states it; the file may be shorter
   */
  public record Data(long start, long bytes) {}

  /** Returns the header of a file in memory; empty if it is not a WAV file. */
  public static Optional<WavHeader> of(byte[] file) {
    try {
      return read(new ByteArrayInputStream(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array does not fail
    }
  }

  /** Returns the size in bytes that the header states for the samples, if it is known. */
  static OptionalLong dataBytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Optional<Data> data = read(in).flatMap(WavHeader::data);
      return data.isPresent() && data.get().bytes() < PLACEHOLDER
          ? OptionalLong.of(data.get().bytes())
          : OptionalLong.empty();
    }
  }

  /**
   * Returns whether a WAV file has no samples: its {@code data} chunk states 0 bytes, and what
   * follows up to the end of the file is nothing or whole chunks. A recorder that does not know the
   * length writes 0 too, but samples follow then.
   */
  static boolean statesNoSamples(Path file) throws IOException {
    Optional<Data> data;
    try (InputStream in = Files.newInputStream(file)) {
      data = read(in).flatMap(WavHeader::data);
    }
    if (data.isEmpty() || data.get().bytes() != 0) {
      return false;
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long position = data.get().start();
      while (position + CHUNK_HEADER <= channel.size()) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        channel.position(position).read(chunk);
        if (!isTag(chunk)) {
          return false;
        }
        long size = Integer.toUnsignedLong(chunk.getInt(4));
        position += CHUNK_HEADER + size;
        position += position < channel.size() ? size & 1 : 0; // the last padding may be missing
      }
      return position == channel.size();
    }
  }

  private static boolean isTag(ByteBuffer chunk) {
    for (int i = 0; i < 4; i++) {
      if (chunk.get(i) < ' ' || chunk.get(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static Optional<WavHeader> read(InputStream in) throws IOException {
    ByteBuffer riff = next(in, 12);
    if (riff.limit() < 12 || riff.getInt(0) != RIFF || riff.getInt(8) != WAVE) {
      return Optional.empty();
    }
    Optional<Format> format = Optional.empty();
    long position = riff.limit();
    ByteBuffer chunk = next(in, CHUNK_HEADER);
    while (chunk.limit() == CHUNK_HEADER) {
      long size = Integer.toUnsignedLong(chunk.getInt(4));
      position += chunk.limit();
      if (chunk.getInt(0) == DATA) {
        return Optional.of(new WavHeader(format, Optional.of(new Data(position, size))));
      }
      long unread = size + (size & 1); // chunks are padded to even sizes
      position += unread;
      if (chunk.getInt(0) == FORMAT && size >= FORMAT_BYTES) {
        format = format(next(in, FORMAT_BYTES));
        unread -= FORMAT_BYTES;
      }
      try {
        in.skipNBytes(unread);
      } catch (EOFException e) {
        break;
      }
      chunk = next(in, CHUNK_HEADER);
    }
    return Optional.of(new WavHeader(format, Optional.empty()));
  }

  private static Optional<Format> format(ByteBuffer chunk) {
    if (chunk.limit() < FORMAT_BYTES) {
      return Optional.empty();
    }
    return Optional.of(
        new Format(
            Short.toUnsignedInt(chunk.getShort(0)),
            Short.toUnsignedInt(chunk.getShort(2)),
            chunk.getInt(4),
            Short.toUnsignedInt(chunk.getShort(14))));
  }

  private static ByteBuffer next(InputStream in, int bytes) throws IOException {
    return ByteBuffer.wrap(in.readNBytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int tag(String letters) {
    return Integer.reverseBytes(ByteBuffer.wrap(letters.getBytes(US_ASCII)).getInt());
  }
}
