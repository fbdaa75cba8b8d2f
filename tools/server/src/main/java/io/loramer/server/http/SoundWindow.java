package io.loramer.server.http;

import io.loramer.recognition.EmotionModelInfo;
import io.loramer.recognition.audio.Waveform;
import io.loramer.server.model.RefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A window of the audio, which is one row of the model's input.
 *
 * @param start the index of its first sample
 */
record SoundWindow(Waveform sound, int start) {
  private static final int MAX_WINDOWS = 250;

  double startSeconds() {
    return (double) start / Waveform.SAMPLE_RATE;
  }

  double endSeconds() {
    return startSeconds() + sound.durationSeconds();
  }

  /**
   * Cuts audio into windows of equal length that overlap by half; shorter audio is one window.
   *
   * @param seconds the length of the windows; empty for the longest clips of training
   * @throws RefusedException if the windows are too short, too long or too many, or if the audio is
   *     too short for the model
   */
  static List<SoundWindow> of(Waveform waveform, EmotionModelInfo info, OptionalDouble seconds) {
    float[] samples = waveform.samples();
    int fewest = info.minSamples().orElse(0);
    if (samples.length < fewest) {
      throw RefusedException.invalid(
          "audio: expected at least %d samples at 16 kHz, found %d", fewest, samples.length);
    }
    int length = length(info, seconds);
    if (!info.hears() || samples.length <= length) {
      return List.of(new SoundWindow(waveform, 0));
    }
    List<SoundWindow> windows = new ArrayList<>();
    for (int start = 0; start < samples.length - length; start += Math.max(1, length / 2)) {
      windows.add(window(samples, start, length));
      if (windows.size() >= MAX_WINDOWS) {
        throw RefusedException.invalid(
            "window_seconds: expected at most %d windows, found more; choose a larger value",
            MAX_WINDOWS);
      }
    }
    windows.add(window(samples, samples.length - length, length)); // ends with the audio
    return windows;
  }

  private static SoundWindow window(float[] samples, int start, int length) {
    return new SoundWindow(new Waveform(Arrays.copyOfRange(samples, start, start + length)), start);
  }

  private static int length(EmotionModelInfo info, OptionalDouble seconds) {
    if (seconds.isEmpty()) {
      return info.maxSamples();
    }
    double length = seconds.getAsDouble() * Waveform.SAMPLE_RATE;
    if (!(length >= info.minSamples().orElse(1) && length <= info.maxSamples())) {
      throw RefusedException.invalid(
          "window_seconds: expected %.3f to %.3f, found %s",
          (double) info.minSamples().orElse(1) / Waveform.SAMPLE_RATE,
          (double) info.maxSamples() / Waveform.SAMPLE_RATE,
          seconds.getAsDouble());
    }
    return (int) length;
  }
}
