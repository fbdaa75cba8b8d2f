package io.loramer.recognition.audio;

import io.loramer.savedmodels.files.GitLfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Decodes any file that FFmpeg supports (WAV, AIFF, FLAC, MP3, Ogg, M4A, the audio track of a
 * video, ...), whatever its file name extension. Playlists are refused, since they name other
 * files.
 *
 * <p>Channels are averaged, except for surround sound (five channels or more, with a front centre):
 * of that, the front centre is taken, which has the dialogue of films. Other sample rates are
 * resampled to 16 kHz. A 16 kHz mono file of 16 bits gives exactly {@code s / 32768f}. The methods
 * may be called from several threads.
 */
public final class AudioFile {
  private AudioFile() {}

  /**
   * Decodes a whole file.
   *
   * @return the waveform; without samples if the file has a header only
   * @throws IOException if the file is missing, a folder, empty, not audio, without an audio track,
   *     damaged or cut short, or has samples that are NaN or infinite. A file that is cut short is
   *     detected if its header states the length, as in WAV, AIFF, FLAC, MP4 and most MP3, not Ogg
   */
  public static Waveform read(Path file) throws IOException {
    return read(file, 0, Double.POSITIVE_INFINITY);
  }

  /**
   * Decodes a part of a file, with the same samples as {@link #read(Path)}.
   *
   * <p>Decodes from the start of the file, since few formats allow exact seeking.
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
    if (!(startSeconds >= 0 && startSeconds < endSeconds)) {
      throw new IllegalArgumentException(
          "%s: expected 0 <= start < end, found start %s s, end %s s"
              .formatted(file, startSeconds, endSeconds));
    }
    requireContent(file);
    try (AudioDecoder decoder = new AudioDecoder(file, channel)) {
      int end = sampleAt(endSeconds);
      float[] decoded = decoder.decode(end);
      end = Math.min(end, decoded.length);
      int start = Math.min(sampleAt(startSeconds), end);
      float[] samples = Arrays.copyOfRange(decoded, start, end);
      requireFinite(file, samples);
      return new Waveform(samples);
    }
  }

  private static int sampleAt(double seconds) {
    return (int) Math.rint(seconds * Waveform.SAMPLE_RATE); // the cast limits it to an int
  }

  private static void requireContent(Path file) throws IOException {
    if (Files.notExists(file)) {
      throw new IOException(file + ": does not exist");
    }
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder, expected an audio file");
    }
    if (Files.size(file) == 0) {
      throw new IOException(file + ": is empty (0 bytes)");
    }
    GitLfs.refusePointer(file);
  }

  private static void requireFinite(Path file, float[] samples) throws IOException {
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        throw new IOException(
            "%s: expected finite samples, found %3$s at sample %2$d"
                .formatted(file, i, samples[i]));
      }
    }
  }
}
