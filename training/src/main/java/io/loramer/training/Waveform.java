package io.loramer.training;

/** Sound as the speech encoders take it: one channel, 16 kHz, float32, full scale ±1. */
public final class Waveform {
  /** Samples per second. */
  public static final int SAMPLE_RATE = 16_000;

  private final float[] samples;

  /** Takes the samples over, without a copy. */
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
}
