package io.loramer.recognition.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes the bytes of audio files by the specifications of their formats. */
public final class SoundFiles {
  public static final int PCM = 1;
  public static final int FLOAT = 3;

  private SoundFiles() {}

  /** Returns a WAV file with a format chunk of 16 bytes and a data chunk. */
  public static byte[] wav(int format, int channels, int rate, int bits, byte[] data) {
    return riff(chunk("fmt ", format(format, channels, rate, bits)), chunk("data", data));
  }

  /** Returns a WAV file of 16-bit samples in one channel. */
  public static byte[] wav(int rate, short... samples) {
    return wav(PCM, 1, rate, 16, littleEndian(samples));
  }

  /**
   * A WAV file of 16-bit samples whose format chunk is WAVE_FORMAT_EXTENSIBLE.
   *
   * @param mask the places of the channels: 4 is the front centre, 0x3f all six of 5.1
   */
  public static byte[] extensibleWav(int channels, int mask, int rate, short... samples) {
    return extensibleWav(format(0xfffe, channels, rate, 16), 16, mask, littleEndian(samples));
  }

  /**
   * A WAV file of PCM whose format chunk is WAVE_FORMAT_EXTENSIBLE.
   *
   * @param format the first 16 bytes of the format chunk, with the bits of a container
   * @param validBits of a sample, at the upper end of its container
   * @param mask the places of the channels
   */
  public static byte[] extensibleWav(byte[] format, int validBits, int mask, byte[] data) {
    byte[] extension =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 22) // bytes that follow
            .putShort((short) validBits)
            .putInt(mask)
            .putLong(0x0010_0000_0000_0001L) // KSDATAFORMAT_SUBTYPE_PCM
            .putLong(0x719b_3800_aa00_0080L)
            .array();
    return riff(chunk("fmt ", concat(format, extension)), chunk("data", data));
  }

  public static byte[] riff(byte[]... chunks) {
    return chunk("RIFF", concat("WAVE".getBytes(US_ASCII), concat(chunks)));
  }

  public static byte[] chunk(String tag, byte[] content) {
    ByteBuffer chunk =
        ByteBuffer.allocate(8 + content.length + content.length % 2).order(ByteOrder.LITTLE_ENDIAN);
    return chunk.put(tag.getBytes(US_ASCII)).putInt(content.length).put(content).array();
  }

  public static byte[] format(int format, int channels, int rate, int bits) {
    int frame = channels * bits / 8;
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) format)
        .putShort((short) channels)
        .putInt(rate)
        .putInt(rate * frame)
        .putShort((short) frame)
        .putShort((short) bits)
        .array();
  }

  /** Returns an AIFF file of 16-bit samples in one channel at 16 kHz. */
  public static byte[] aiff(short... samples) {
    ByteBuffer file = ByteBuffer.allocate(54 + 2 * samples.length);
    file.put("FORM".getBytes(US_ASCII)).putInt(file.capacity() - 8);
    file.put("AIFFCOMM".getBytes(US_ASCII)).putInt(18);
    file.putShort((short) 1).putInt(samples.length).putShort((short) 16);
    file.putShort((short) 0x400c).putLong(0xfa00L << 48); // 16000 as an 80-bit float
    file.put("SSND".getBytes(US_ASCII)).putInt(8 + 2 * samples.length).putLong(0);
    for (short sample : samples) {
      file.putShort(sample);
    }
    return file.array();
  }

  public static byte[] littleEndian(short... samples) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(samples);
    return bytes.array();
  }

  public static byte[] littleEndian(float... samples) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(samples);
    return bytes.array();
  }

  /** Returns a sine of this frequency, amplitude 0.5 and phase 0. */
  public static float[] sine(double hertz, int rate, int count) {
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      samples[i] = (float) (0.5 * Math.sin(2 * Math.PI * hertz * i / rate));
    }
    return samples;
  }

  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }
}
