package io.loramer.recognition.audio;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A recording that is read from its start to its end, of which only the part in use is in memory.
 */
public final class Recording implements AutoCloseable {
  private final AudioPart part;
  private final AudioDecoder decoder; // null for a waveform in memory
  private float[] held;
  private int heldFrom; // the position of the first held sample in the recording
  private int heldCount;

  private Recording(AudioPart part, AudioDecoder decoder, float[] held) {
    this.part = part;
    this.decoder = decoder;
    this.held = held;
    heldCount = held.length;
  }

  /** Returns a recording that is in memory. */
  public static Recording of(Waveform waveform) {
    return new Recording(null, null, waveform.samples());
  }

  /**
   * Opens a part of a file.
   *
   * @param channel as for {@link AudioFile#read(Path, double, double, OptionalInt)}
   * @throws IllegalArgumentException as {@link AudioFile#read(Path, double, double)}
   * @throws IOException if the file cannot be decoded
   */
  public static Recording open(
      Path file, double startSeconds, double endSeconds, OptionalInt channel) throws IOException {
    AudioPart part = AudioPart.of(file, startSeconds, endSeconds, channel);
    AudioDecoder usual = part.open(ChannelMix.USUAL);
    boolean lacksCentre = false;
    try {
      lacksCentre =
          channel.isEmpty() && usual.isSurround() && part.pass(ChannelMix.USUAL, 0).isSilent();
    } catch (IOException | RuntimeException | Error e) {
      usual.close();
      throw e;
    }
    if (!lacksCentre) {
      return new Recording(part, usual, new float[0]);
    }
    usual.close();
    return new Recording(part, part.open(ChannelMix.MEAN), new float[0]);
  }

  /**
   * Returns samples, fewer than asked for where the recording ends.
   *
   * @param from not before that of the call before; earlier samples are no longer held
   * @param to more than {@code from}
   * @throws IOException if the file is damaged
   */
  public float[] samples(int from, int to) throws IOException {
    if (from < heldFrom || from >= to) {
      throw new IllegalArgumentException(
          "expected samples from %d on, found %d to %d".formatted(heldFrom, from, to));
    }
    drop(from);
    fill(to);
    int available = Math.min(to, heldFrom + heldCount);
    return Arrays.copyOfRange(held, from - heldFrom, Math.max(from, available) - heldFrom);
  }

  /** Returns whether the recording has more samples than this; reads on to there. */
  public boolean isLongerThan(int samples) throws IOException {
    fill(samples + 1);
    return heldFrom + heldCount > samples;
  }

  /** Drops held samples before a position, except those of a waveform in memory. */
  private void drop(int from) {
    int dropped = Math.min(from - heldFrom, heldCount);
    if (decoder != null && dropped > 0) {
      heldCount -= dropped;
      heldFrom += dropped;
      System.arraycopy(held, dropped, held, 0, heldCount);
    }
  }

  /** Decodes until samples up to a position are held, or the part ends. */
  private void fill(int to) throws IOException {
    while (decoder != null && heldFrom + heldCount < to) {
      long position = decoder.position() - part.start();
      float[][] block = position < part.end() - part.start() ? decoder.next() : null;
      if (block == null) {
        return;
      }
      int first = (int) Math.min(block[0].length, Math.max(0, -position));
      int last = (int) Math.min(block[0].length, part.end() - part.start() - position);
      if (heldCount + last - first > held.length) {
        held = Arrays.copyOf(held, Math.max(2 * held.length, heldCount + last - first));
      }
      if (first < last) {
        System.arraycopy(block[0], first, held, heldCount, last - first);
        heldCount += last - first;
      }
    }
  }

  @Override
  public void close() {
    if (decoder != null) {
      decoder.close();
    }
  }
}
