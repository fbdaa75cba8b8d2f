package io.loramer.recognition.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decodes any file that FFmpeg supports (WAV, AIFF, FLAC, MP3, Ogg, M4A, the audio track of a
 * video, ...), whatever its file name extension. Playlists are refused, since they name other
 * files.
 *
 * <p>Channels are averaged, except for surround sound (five channels or more, with a front centre):
 * of that, the front centre is taken, which has the dialogue of films, unless it is silent in the
 * part that is decoded. Other sample rates are resampled to 16 kHz. A 16 kHz mono file of 16 bits
 * gives exactly {@code s / 32768f}. PCM is decoded by the width of its containers, whatever the
 * number of valid bits. The methods may be called from several threads.
 */
public final class AudioFile {
  private AudioFile() {}

  /**
   * Decodes a whole file.
   *
   * @return the waveform; without samples if the file has a header only
   * @throws IOException if the file is missing, a folder, empty, not audio, without an audio track,
   *     damaged or cut short, has samples that are NaN or infinite, or does not fit into the heap.
   *     A file that is cut short is detected if its header states the length, as in WAV, AIFF,
   *     FLAC, MP4 and most MP3, not Ogg
   */
  public static Waveform read(Path file) throws IOException {
    return read(file, 0, Double.POSITIVE_INFINITY);
  }

  /**
   * Decodes a part of a file, with the same samples as {@link #read(Path)}.
   *
   * <p>In WAV, W64, AIFF, FLAC, ALAC, MP3 and Opus, decoding begins shortly before the part; Opus
   * then gives the same samples to 1e-5. Other files are decoded from their start, without being
   * held in memory.
   *
   * @param startSeconds at least 0; the result is empty from the end of the file on
   * @param endSeconds more than {@code startSeconds}; a part ends with its file at the latest
   * @throws IllegalArgumentException if the times are outside these limits
   * @throws IOException as {@link #read(Path)}
   */
  public static Waveform read(Path file, double startSeconds, double endSeconds)
      throws IOException {
    return read(file, startSeconds, endSeconds, OptionalInt.empty());
  }

  /**
   * Decodes a part of one channel of a file, as {@link #read(Path, double, double)}.
   *
   * @param channel from 0; absent for the mean of the channels, or the front centre
   * @throws IOException as {@link #read(Path)}, and if the file has no such channel
   */
  public static Waveform read(
      Path file, double startSeconds, double endSeconds, OptionalInt channel) throws IOException {
    AudioPart part = AudioPart.of(file, startSeconds, endSeconds, channel);
    AudioPass pass = part.pass(ChannelMix.USUAL, Integer.MAX_VALUE);
    return pass.lacksCentre() ? part.pass(ChannelMix.MEAN, Integer.MAX_VALUE).kept() : pass.kept();
  }

  /**
   * Decodes a part of a file to its end, keeps its beginning, and measures whether it has sound.
   *
   * @param channel as for {@link #read(Path, double, double, OptionalInt)}
   * @param kept the most samples to keep
   * @throws IllegalArgumentException as {@link #read(Path, double, double)}
   * @throws IOException as {@link #read(Path)}, or if the part is longer than 37 hours
   */
  public static AudioScan scan(
      Path file, double startSeconds, double endSeconds, OptionalInt channel, int kept)
      throws IOException {
    AudioPart part = AudioPart.of(file, startSeconds, endSeconds, channel);
    AudioPass pass = part.pass(ChannelMix.USUAL, kept);
    if (!pass.isSilent()) {
      return AudioScan.of(pass.kept(), pass.samples(), Optional.empty());
    }
    ChannelLevels levels = part.pass(ChannelMix.ALL, 0).channelLevels();
    if (pass.lacksCentre() && levels.silence().isEmpty()) {
      pass = part.pass(ChannelMix.MEAN, kept);
    }
    return AudioScan.of(pass.kept(), pass.samples(), levels.silence());
  }

  /**
   * Decodes a part of a file to its end, keeps none of it, and measures whether it has sound and
   * whether its channels are as expected.
   *
   * @throws IllegalArgumentException as {@link #read(Path, double, double)}
   * @throws IOException as {@link #scan}
   */
  public static AudioScan check(
      Path file, double startSeconds, double endSeconds, OptionalInt channel) throws IOException {
    SampleHash samples = new SampleHash();
    AudioPass pass =
        AudioPart.of(file, startSeconds, endSeconds, channel)
            .pass(ChannelMix.ALL, 0, Optional.of(samples));
    Waveform none = new Waveform(new float[0]);
    if (pass.samples() == 0) {
      return AudioScan.of(none, 0, Optional.empty());
    }
    ChannelLevels levels = pass.channelLevels();
    Optional<String> hash = pass.isSilent() ? Optional.empty() : Optional.of(samples.hex());
    return new AudioScan(none, pass.samples(), levels.silence(), levels.oddity(), hash);
  }
}
