package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avutil.AV_CHAN_FRONT_CENTER;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_index_from_channel;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;

/** The signals that are made of the channels of a file. */
@FunctionalInterface
interface ChannelMix {
  /** Films with five channels or more have their dialogue in the front centre. */
  int SURROUND_CHANNELS = 5;

  /** The front centre of surround sound, the mean of other channels. */
  ChannelMix USUAL = layout -> new double[][] {usual(layout)};

  /** The mean of all channels. */
  ChannelMix MEAN = layout -> new double[][] {mean(layout.nb_channels())};

  /** The usual signal, the mean, and each channel by itself, in this order. */
  ChannelMix ALL =
      layout -> {
        double[][] weights = new double[2 + layout.nb_channels()][layout.nb_channels()];
        weights[0] = usual(layout);
        weights[1] = mean(layout.nb_channels());
        for (int channel = 0; channel < layout.nb_channels(); channel++) {
          weights[2 + channel][channel] = 1;
        }
        return weights;
      };

  /** Returns the weights [signals][channels]. */
  double[][] weights(AVChannelLayout layout);

  /**
   * Returns this mix of one channel, as if the file had no other; {@link #weights} then throws an
   * {@link IllegalArgumentException} if there is no such channel.
   *
   * @param channel from 0
   */
  default ChannelMix of(int channel) {
    return layout -> {
      if (channel >= layout.nb_channels()) {
        throw new IllegalArgumentException(
            "expected a channel from 0 to %d, found channel %d"
                .formatted(layout.nb_channels() - 1, channel));
      }
      double[] weights = new double[layout.nb_channels()];
      weights[channel] = 1;
      return this == ALL ? new double[][] {weights, weights, weights} : new double[][] {weights};
    };
  }

  /** Returns whether the front centre is taken in place of the mean. */
  static boolean isSurround(AVChannelLayout layout) {
    return layout.nb_channels() >= SURROUND_CHANNELS && frontCentre(layout) >= 0;
  }

  private static double[] usual(AVChannelLayout layout) {
    if (!isSurround(layout)) {
      return mean(layout.nb_channels());
    }
    double[] weights = new double[layout.nb_channels()];
    weights[frontCentre(layout)] = 1;
    return weights;
  }

  private static int frontCentre(AVChannelLayout layout) {
    return av_channel_layout_index_from_channel(layout, AV_CHAN_FRONT_CENTER);
  }

  private static double[] mean(int channels) {
    double[] weights = new double[channels];
    Arrays.fill(weights, 1.0 / channels);
    return weights;
  }
}
