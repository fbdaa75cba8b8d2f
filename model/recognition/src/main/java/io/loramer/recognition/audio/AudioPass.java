package io.loramer.recognition.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The result of decoding a part of a file once: its first samples, its length and its levels. */
final class AudioPass {
  private final Path file;
  private final int limit;
  private final boolean surround;
  private final List<SoundLevel> levels = new ArrayList<>(); // of each signal
  private float[] kept = new float[0];
  private int keptCount;
  private final Optional<SampleHash> hash; // of the first signal
  private long count;

  /**
   * Creates an empty result.
   *
   * @param limit the most samples to keep of the first signal
   * @param hash takes all samples of the first signal, if it is present
   * @param surround whether the usual signal is the front centre
   */
  AudioPass(Path file, int limit, Optional<SampleHash> hash, boolean surround) {
    this.file = file;
    this.limit = limit;
    this.hash = hash;
    this.surround = surround;
  }

  /** Adds the samples of a block [signals][samples] from an index to before another one. */
  void add(float[][] block, int from, int to) throws IOException {
    requireFinite(block[0], from, to);
    while (levels.size() < block.length) {
      levels.add(new SoundLevel());
    }
    for (int signal = 0; signal < block.length; signal++) {
      levels.get(signal).add(block[signal], from, to);
    }
    hash.ifPresent(digest -> digest.add(block[0], from, to));
    int more = Math.min(to - from, limit - keptCount);
    makeRoom(more);
    System.arraycopy(block[0], from, kept, keptCount, more);
    keptCount += more;
    count += to - from;
  }

  private void requireFinite(float[] samples, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(samples[i])) {
        throw new IOException(
            "%s: expected finite samples, found %s at sample %d"
                .formatted(file, samples[i], count + i - from));
      }
    }
  }

  /** Grows the array; a clip that does not fit into the heap is named. */
  private void makeRoom(int more) throws IOException {
    if (keptCount + more <= kept.length) {
      return;
    }
    long doubled = Math.max(2L * kept.length, keptCount + more);
    try {
      kept = Arrays.copyOf(kept, (int) Math.min(limit, doubled));
    } catch (OutOfMemoryError e) {
      kept = new float[0]; // else the message finds no memory either
      throw new IOException(
          ("%s: the first %.0f s take all that is left of Java's heap of %d MB; give Java more by"
                  + " -Xmx, or cut the file")
              .formatted(
                  file,
                  (double) keptCount / Waveform.SAMPLE_RATE,
                  Runtime.getRuntime().maxMemory() >> 20),
          e);
    }
  }

  /** Returns the samples that were kept. */
  Waveform kept() {
    return new Waveform(kept.length == keptCount ? kept : Arrays.copyOf(kept, keptCount));
  }

  /**
   * Returns the number of samples.
   *
   * @throws IOException if it is larger than an int, 37 hours
   */
  int samples() throws IOException {
    if (count > Integer.MAX_VALUE) {
      throw new IOException(
          "%s: expected at most 37 hours, found %d; cut the file, or name parts by start and end"
              .formatted(file, count / Waveform.SAMPLE_RATE / 3600));
    }
    return (int) count;
  }

  /** Returns whether there are samples, and no sound in the first signal. */
  boolean isSilent() {
    return count > 0 && levels.get(0).isSilent();
  }

  /** Returns whether the front centre of surround sound was taken and is silent. */
  boolean lacksCentre() {
    return surround && isSilent();
  }

  /** Returns the levels of the signals of {@link ChannelMix#ALL}; there must be samples. */
  ChannelLevels channelLevels() {
    List<Double> decibels = levels.stream().map(SoundLevel::decibels).toList();
    return new ChannelLevels(
        decibels.get(0), decibels.get(1), decibels.subList(2, decibels.size()));
  }
}
