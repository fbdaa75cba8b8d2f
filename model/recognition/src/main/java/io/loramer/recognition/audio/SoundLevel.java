package io.loramer.recognition.audio;

/**
 * The level of the loudest tenth of a second of a signal, as the root mean square after the mean is
 * taken off, in dBFS: {@code 20 log10(sqrt(mean((x - mean(x))^2)))}.
 *
 * <p>The mean is taken off because a constant is not audible and the encoders' normalisation
 * removes it. The loudest block counts, so that a word in a long pause is not silence.
 */
final class SoundLevel {
  /**
   * The level below which a signal is silent, in dBFS. Dither of one bit of 16 is at -90 or above,
   * the noise of a quiet room in a usable recording at -60 or above.
   */
  static final double SILENT = -70;

  private static final int BLOCK = Waveform.SAMPLE_RATE / 10;

  private double loudest; // the mean square
  private double sum;
  private double squares;
  private int count;

  /** Returns the level of a signal. */
  static double of(float[] samples) {
    SoundLevel level = new SoundLevel();
    level.add(samples, 0, samples.length);
    return level.decibels();
  }

  /** Adds the samples from an index to before another one. */
  void add(float[] samples, int from, int to) {
    for (int i = from; i < to; i++) {
      sum += samples[i];
      squares += (double) samples[i] * samples[i];
      if (++count == BLOCK) {
        loudest = Math.max(loudest, meanSquare());
        sum = 0;
        squares = 0;
        count = 0;
      }
    }
  }

  private double meanSquare() {
    double mean = sum / count;
    return squares / count - mean * mean;
  }

  /** Returns the level in dBFS; minus infinity for a constant. */
  double decibels() {
    double all = count > 0 ? Math.max(loudest, meanSquare()) : loudest;
    return 10 * Math.log10(Math.max(0, all));
  }

  boolean isSilent() {
    return decibels() < SILENT;
  }
}
