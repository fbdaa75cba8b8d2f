package io.loramer.recognition.audio;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Audio as the speech encoders take it: one channel, 16 kHz, float32, full scale ±1. */
public final class Waveform {
  /** Samples per second. */
  public static final int SAMPLE_RATE = 16_000;

  private final float[] samples;

  /**
   * Wraps samples, without a copy.
   *
   * @param samples mono, 16 kHz, in [-1, 1]
   */
  public Waveform(float[] samples) {
    this.samples = samples;
  }

  /** Returns the samples themselves, not a copy. */
  public float[] samples() {
    return samples;
  }

  /** Returns the length in seconds. */
  public double durationSeconds() {
    return (double) samples.length / SAMPLE_RATE;
  }

  /**
   * Hashes the first samples, each as a little-endian float32.
   *
   * @param maxSamples more are left out
   * @return the 32 bytes of the SHA-256
   */
  public byte[] sha256(int maxSamples) {
    SampleHash hash = new SampleHash();
    hash.add(samples, 0, Math.min(samples.length, maxSamples));
    return hash.bytes();
  }

  /**
   * Returns whether there is no sound in it: no tenth of a second has a level of -70 dBFS or more
   * after the mean is taken off. A waveform without samples is not silent.
   */
  public boolean isSilent() {
    return samples.length > 0 && SoundLevel.of(samples) < SoundLevel.SILENT;
  }

  /** Encodes the waveform as a WAV file of 16 bits; samples beyond full scale are clipped. */
  public byte[] toWav() {
    int bytes = Short.BYTES * samples.length;
    ByteBuffer wav = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
    wav.put(ascii("RIFF")).putInt(36 + bytes).put(ascii("WAVEfmt ")).putInt(16);
    wav.putShort((short) 1).putShort((short) 1); // PCM, mono
    wav.putInt(SAMPLE_RATE).putInt(Short.BYTES * SAMPLE_RATE);
    wav.putShort((short) Short.BYTES).putShort((short) Short.SIZE).put(ascii("data")).putInt(bytes);
    for (float sample : samples) {
      int scaled = Math.round(sample * -Short.MIN_VALUE);
      wav.putShort((short) Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, scaled)));
    }
    return wav.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
