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
 * @param hash the SHA-256 of all samples, in hexadecimal digits; of a clip that has sound, measured
 *     by {@link AudioFile#check} only
 */
public record AudioScan(
    Waveform beginning,
    int samples,
    Optional<String> silence,
    Optional<String> channels,
    Optional<String> hash) {

  /** Returns the scan of a clip whose channels and hash were not measured. */
  static AudioScan of(Waveform beginning, int samples, Optional<String> silence) {
    return new AudioScan(beginning, samples, silence, Optional.empty(), Optional.empty());
  }

  /** Returns this scan with none of the samples. */
  public AudioScan withoutSamples() {
    return new AudioScan(new Waveform(new float[0]), samples, silence, channels, hash);
  }

  /** Returns the length of the clip in seconds. */
  public double durationSeconds() {
    return (double) samples / Waveform.SAMPLE_RATE;
  }
}
