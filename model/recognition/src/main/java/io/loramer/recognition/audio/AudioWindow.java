package io.loramer.recognition.audio;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A part of a recording, without a copy of its samples.
 *
 * @param recording the whole recording
 * @param start the position of the part's first sample in the recording
 * @param length of the part, in samples
 */
public record AudioWindow(Waveform recording, int start, int length) {

  /** Returns the window that is a whole recording. */
  public static AudioWindow whole(Waveform recording) {
    return new AudioWindow(recording, 0, recording.samples().length);
  }

  /** Returns the samples of the part, as a view of those of the recording. */
  public FloatBuffer samples() {
    return FloatBuffer.wrap(recording.samples(), start, length).slice();
  }

  /** Returns the part as a waveform: a copy, unless it is the whole recording. */
  public Waveform waveform() {
    if (length == recording.samples().length) {
      return recording;
    }
    return new Waveform(Arrays.copyOfRange(recording.samples(), start, start + length));
  }

  /** Returns the length in seconds. */
  public double durationSeconds() {
    return (double) length / Waveform.SAMPLE_RATE;
  }

  /** Returns the time in the recording at which the window starts, in seconds. */
  public double startSeconds() {
    return (double) start / Waveform.SAMPLE_RATE;
  }

  /** Returns the time in the recording at which the window ends, in seconds. */
  public double endSeconds() {
    return startSeconds() + durationSeconds();
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
    int samples = recording.samples().length;
    if (samples <= length) {
      return List.of(whole(recording));
    }
    return starts(samples, length, hop).stream()
        .map(start -> new AudioWindow(recording, start, length))
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
