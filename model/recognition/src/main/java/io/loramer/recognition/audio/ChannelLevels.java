package io.loramer.recognition.audio;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The levels of a file's signals in dBFS, see {@link SoundLevel}.
 *
 * @param usual of the signal that {@link ChannelMix#USUAL} gives
 * @param mean of the mean of all channels
 * @param channels of each channel
 */
record ChannelLevels(double usual, double mean, List<Double> channels) {
  /**
   * How far the mean may be below the loudest channel, beyond what the number of channels explains,
   * before the channels are said to cancel each other.
   */
  private static final double CANCELLED_DECIBELS = 20;

  /** Returns why neither the usual signal nor the mean has sound; empty if one of them has. */
  Optional<String> silence() {
    if (Math.max(usual, mean) >= SoundLevel.SILENT) {
      return Optional.empty();
    }
    String level = "below %.0f dBFS after the mean is taken off".formatted(SoundLevel.SILENT);
    List<Integer> loud = channels(false);
    if (loud.size() > 1) {
      return Optional.of(
          "is silent as one signal, %s: its channels %s cancel each other"
              .formatted(level, names(loud)));
    }
    return Optional.of(
        channels.size() > 1
            ? "is silent in each of its %d channels, %s".formatted(channels.size(), level)
            : "is silent, " + level);
  }

  /** Returns what is odd about the channels of a file that has sound. */
  Optional<String> oddity() {
    if (silence().isPresent() || channels.size() == 1) {
      return Optional.empty();
    }
    if (usual < SoundLevel.SILENT) {
      return Optional.of("front centre is empty, so the mean of all channels is taken");
    }
    double loudest = channels.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    double expected = loudest - 20 * Math.log10(channels.size());
    if (mean < expected - CANCELLED_DECIBELS) {
      return Optional.of(
          "channels %s nearly cancel each other, which leaves %.0f dBFS of %.0f dBFS"
              .formatted(names(channels(false)), mean, loudest));
    }
    boolean surround = channels.size() >= ChannelMix.SURROUND_CHANNELS; // often has empty channels
    List<Integer> empty = channels(true);
    return surround || empty.isEmpty()
        ? Optional.empty()
        : Optional.of(
            (empty.size() == 1 ? "channel %s is empty" : "channels %s are empty")
                .formatted(names(empty)));
  }

  private List<Integer> channels(boolean silent) {
    return IntStream.range(0, channels.size())
        .filter(i -> silent == channels.get(i) < SoundLevel.SILENT)
        .boxed()
        .toList();
  }

  private String names(List<Integer> indices) {
    return indices.stream()
        .map(i -> channels.size() == 2 ? (i == 0 ? "left" : "right") : String.valueOf(i))
        .collect(joining(" and "));
  }
}
