package io.loramer.recognition.audio;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What FFmpeg does not tell of a WAV file that breaks off: how long it should have been. */
final class WavHeader {
  /** Programs that stream WAV, and so don't know the length, write a size from here on. */
  private static final long PLACEHOLDER = 0x7fff0000L;

  private static final int RIFF = tag("RIFF");
  private static final int WAVE = tag("WAVE");
  private static final int DATA = tag("data");

  private WavHeader() {}

  /** Returns the size in bytes that the header gives the sound, if it is known. */
  static OptionalLong dataBytes(Path file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    try (SeekableByteChannel in = Files.newByteChannel(file)) {
      if (in.read(head) < head.limit() || head.getInt(0) != RIFF || head.getInt(8) != WAVE) {
        return OptionalLong.empty();
      }
      head.limit(8);
      while (in.read(head.rewind()) == head.limit()) {
        long size = Integer.toUnsignedLong(head.getInt(4));
        if (head.getInt(0) == DATA) {
          return size < PLACEHOLDER ? OptionalLong.of(size) : OptionalLong.empty();
        }
        in.position(in.position() + size + (size & 1)); // chunks are padded to even sizes
      }
      return OptionalLong.empty();
    }
  }

  private static int tag(String letters) {
    return Integer.reverseBytes(ByteBuffer.wrap(letters.getBytes(US_ASCII)).getInt());
  }
}
