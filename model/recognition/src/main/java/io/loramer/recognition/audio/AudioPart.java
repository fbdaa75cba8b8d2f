package io.loramer.recognition.audio;

import io.loramer.savedmodels.files.GitLfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A part of an audio file.
 *
 * @param start its first sample, at 16 kHz
 * @param end the sample behind its last one; the part ends with its file at the latest
 * @param channel the only channel that is used, from 0; absent for a mix of all
 */
record AudioPart(Path file, long start, long end, OptionalInt channel) {
  /**
   * Returns the part between two times.
   *
   * @throws IllegalArgumentException unless 0 <= start < end
   * @throws IOException if the file is missing, a folder or empty
   */
  static AudioPart of(Path file, double startSeconds, double endSeconds, OptionalInt channel)
      throws IOException {
    if (!(startSeconds >= 0 && startSeconds < endSeconds)) {
      throw new IllegalArgumentException(
          "%s: expected 0 <= start < end, found start %s s, end %s s"
              .formatted(file, startSeconds, endSeconds));
    }
    requireContent(file);
    return new AudioPart(file, sampleAt(startSeconds), sampleAt(endSeconds), channel);
  }

  private static long sampleAt(double seconds) {
    return (long) Math.rint(seconds * Waveform.SAMPLE_RATE); // the cast limits it to a long
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

  /** Opens the file at or before the start of the part. */
  AudioDecoder open(ChannelMix mix) throws IOException {
    return AudioDecoder.at(start, file, channel.isPresent() ? mix.of(channel.getAsInt()) : mix);
  }

  private boolean isSurround(AudioDecoder decoder) {
    return channel.isEmpty() && decoder.isSurround();
  }

  /**
   * Decodes the part from its start to its end.
   *
   * @param kept the most samples to keep of the first signal
   */
  AudioPass pass(ChannelMix mix, int kept) throws IOException {
    return pass(mix, kept, Optional.empty());
  }

  /**
   * Decodes the part from its start to its end.
   *
   * @param kept the most samples to keep of the first signal
   * @param hash takes all samples of the first signal, if it is present
   */
  AudioPass pass(ChannelMix mix, int kept, Optional<SampleHash> hash) throws IOException {
    try (AudioDecoder decoder = open(mix)) {
      AudioPass pass = new AudioPass(file, kept, hash, isSurround(decoder));
      long position = decoder.position();
      float[][] block;
      while (position < end && (block = decoder.next()) != null) {
        int from = (int) Math.min(block[0].length, Math.max(0, start - position));
        int to = (int) Math.min(block[0].length, end - position);
        if (from < to) {
          pass.add(block, from, to);
        }
        position = decoder.position();
      }
      return pass;
    }
  }
}
