package io.loramer.recognition.audio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A part of a recording.
 *
 * @param waveform the samples of the part
 * @param start the position of its first sample in the recording
 */
public record AudioWindow(Waveform waveform, int start) {

  /** Returns the time in the recording at which the window starts, in seconds. */
  public double startSeconds() {
    return (double) start / Waveform.SAMPLE_RATE;
  }

  /** Returns the time in the recording at which the window ends, in seconds. */
  public double endSeconds() {
    return startSeconds() + waveform.durationSeconds();
  }

  /**
   * Cuts a recording into windows of one length. The last window ends with the recording, so it may
   * overlap more than the others. A recording no longer than one window is returned whole.
   *
   * @param length of a window, in samples, at least 1
   * @param hop from the start of a window to that of the next, in samples, at least 1
   * @throws IllegalArgumentException if the length or the hop is less than 1
   */
  public static List<AudioWindow> cut(Waveform recording, int length, int hop) {
    float[] samples = recording.samples();
    if (samples.length <= length) {
      return List.of(new AudioWindow(recording, 0));
    }
    return starts(samples.length, length, hop).stream()
        .map(
            start ->
                new AudioWindow(
                    new Waveform(Arrays.copyOfRange(samples, start, start + length)), start))
        .toList();
  }

  /**
   * Returns the positions at which the windows start that {@link #cut} makes of a recording.
   *
   * @param samples of the recording
   * @throws IllegalArgumentException if the length or the hop is less than 1
   */
  public static List<Integer> starts(int samples, int length, int hop) {
    int count = count(samples, length, hop);
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < count - 1; i++) {
      starts.add(i * hop);
    }
    starts.add(Math.max(0, samples - length));
    return starts;
  }

  /**
   * Returns the number of windows that {@link #cut} makes of a recording.
   *
   * @param samples of the recording
   * @throws IllegalArgumentException if the length or the hop is less than 1
   */
  public static int count(int samples, int length, int hop) {
    if (length < 1 || hop < 1) {
      throw new IllegalArgumentException(
          "windows: expected a length and a hop of at least one sample, found %d and %d"
              .formatted(length, hop));
    }
    return samples <= length ? 1 : Math.floorDiv(samples - length - 1, hop) + 2;
  }

  /** Returns the hop, in samples, of windows that overlap by half. */
  public static int halfOverlap(int length) {
    return Math.max(1, length / 2);
  }
}
