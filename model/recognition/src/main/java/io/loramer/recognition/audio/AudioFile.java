package io.loramer.recognition.audio;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads the sound of any file that FFmpeg can decode (WAV, AIFF, FLAC, MP3, Ogg, M4A, the sound
 * track of a video, ...) whatever its name ends in; not of playlists, which name other files.
 *
 * <p>Channels are averaged, but of the surround sound of films (five channels and more, the front
 * centre marked) that one alone is taken, in which the dialogue is; other rates are resampled to 16
 * kHz. A 16 kHz mono file of 16 bits gives exactly {@code s / 32768f}. The methods may be called
 * from several threads.
 */
public final class AudioFile {
  private AudioFile() {}

  /**
   * Reads a whole file.
   *
   * @return the sound; without samples if the file has a header and nothing else
   * @throws IOException if the file is missing, a folder, empty, not audio, without a sound track,
   *     damaged or cut short, or holds samples that are no numbers; that it is cut short shows only
   *     where the header tells the length, as WAV, AIFF, FLAC, MP4 and most MP3 do and Ogg does not
   */
  public static Waveform read(Path file) throws IOException {
    return read(file, 0, Double.POSITIVE_INFINITY);
  }

  /**
   * Reads a part of a file: what {@link #read(Path)} gives, from one time to another.
   *
   * <p>Decodes from the start of the file, since few formats can be entered exactly elsewhere.
   *
   * @param startSeconds at least 0; at or after the end of the file, there are no samples
   * @param endSeconds more than {@code startSeconds}; a part ends with its file at the latest
   * @throws IllegalArgumentException if the times are not so
   * @throws IOException as {@link #read(Path)}
   */
  public static Waveform read(Path file, double startSeconds, double endSeconds)
      throws IOException {
    if (!(startSeconds >= 0 && startSeconds < endSeconds)) {
      throw new IllegalArgumentException(
          "%s: expected 0 <= start < end, found start %s s, end %s s"
              .formatted(file, startSeconds, endSeconds));
    }
    requireContent(file);
    try (AudioDecoder decoder = new AudioDecoder(file)) {
      int end = sampleAt(endSeconds);
      float[] decoded = decoder.decode(end);
      end = Math.min(end, decoded.length);
      int start = Math.min(sampleAt(startSeconds), end);
      float[] samples = Arrays.copyOfRange(decoded, start, end);
      requireNumbers(file, samples);
      return new Waveform(samples);
    }
  }

  private static int sampleAt(double seconds) {
    return (int) Math.rint(seconds * Waveform.SAMPLE_RATE); // the cast bounds it
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
  }

  private static void requireNumbers(Path file, float[] samples) throws IOException {
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        throw new IOException("%s: sample %d is %s".formatted(file, i, samples[i]));
      }
    }
  }
}
