package io.loramer.recognition.audio;

import java.util.Optional;

/**
 * A clip that was decoded from its start to its end, of which only the beginning is kept.
 *
 * @param beginning the first samples, as many as were asked for; all of a shorter clip
 * @param samples the length of the clip, at 16 kHz
 * @param silence why the whole clip counts as silent, such as "is silent: its 2 channels cancel
 *     each other"; empty if it has sound, or no samples
 * @param channels what is odd about the channels of a clip that has sound, such as an empty one;
 *     measured by {@link AudioFile#check} only
 */
public record AudioScan(
    Waveform beginning, int samples, Optional<String> silence, Optional<String> channels) {

  /** Returns the length of the clip in seconds. */
  public double durationSeconds() {
    return (double) samples / Waveform.SAMPLE_RATE;
  }
}
