package io.loramer.server.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Checks the header of a WAV file before TensorFlow decodes it. */
final class PcmWav {
  private static final int SAMPLE_RATE = 16_000;
  private static final int PCM = 1;
  private static final int RIFF = tag("RIFF");
  private static final int WAVE = tag("WAVE");
  private static final int FORMAT = tag("fmt ");
  private static final int DATA = tag("data");
  private static final int FORMAT_BYTES = 16;

  private PcmWav() {}

  /**
   * Returns the number of samples per channel.
   *
   * @throws RefusedException unless the file is complete 16-bit PCM at 16 kHz
   */
  static int samples(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < 12 || bytes.getInt(0) != RIFF || bytes.getInt(8) != WAVE) {
      throw RefusedException.invalid("wav_bytes: expected a WAV file, found none");
    }
    int frameBytes = 0;
    int at = 12;
    while (at + 8 <= file.length) {
      long size = Integer.toUnsignedLong(bytes.getInt(at + 4));
      int content = at + 8;
      if (bytes.getInt(at) == FORMAT && content + FORMAT_BYTES <= file.length) {
        frameBytes = frameBytes(bytes, content);
      } else if (bytes.getInt(at) == DATA && frameBytes > 0) {
        if (size > file.length - content) {
          throw RefusedException.invalid("wav_bytes: the file is cut short");
        }
        return (int) (size / frameBytes);
      }
      if (size > file.length - content) {
        break;
      }
      at = (int) (content + size + (size & 1)); // chunks are padded to even sizes
    }
    throw RefusedException.invalid("wav_bytes: the WAV file has no sound in it");
  }

  private static int frameBytes(ByteBuffer bytes, int format) {
    int kind = Short.toUnsignedInt(bytes.getShort(format));
    int channels = Short.toUnsignedInt(bytes.getShort(format + 2));
    int rate = bytes.getInt(format + 4);
    int bits = Short.toUnsignedInt(bytes.getShort(format + 14));
    if (kind != PCM || bits != Short.SIZE || rate != SAMPLE_RATE || channels == 0) {
      throw RefusedException.invalid(
          "wav_bytes: expected 16-bit PCM at 16000 Hz, found format %d of %d bits at %d Hz",
          kind, bits, rate);
    }
    return channels * Short.BYTES;
  }

  private static int tag(String letters) {
    return ByteBuffer.wrap(letters.getBytes(StandardCharsets.US_ASCII))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt();
  }
}
