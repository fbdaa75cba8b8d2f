package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avutil.AV_CHAN_FRONT_CENTER;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLT;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLTP;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_default;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_index_from_channel;
import static org.bytedeco.ffmpeg.global.avutil.av_opt_set_double;
import static org.bytedeco.ffmpeg.global.avutil.av_opt_set_int;
import static org.bytedeco.ffmpeg.global.swresample.swr_alloc_set_opts2;
import static org.bytedeco.ffmpeg.global.swresample.swr_convert;
import static org.bytedeco.ffmpeg.global.swresample.swr_free;
import static org.bytedeco.ffmpeg.global.swresample.swr_get_out_samples;
import static org.bytedeco.ffmpeg.global.swresample.swr_init;
import static org.bytedeco.ffmpeg.global.swresample.swr_set_matrix;

import java.util.Arrays;
import java.util.OptionalInt;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Converts decoded frames of one format to samples at 16 kHz: the mean of the channels, or the
 * front centre of surround sound, low-pass filtered and resampled.
 *
 * <p>Frames at 16 kHz mono are only scaled: 16-bit samples become exactly {@code s / 32768f}.
 */
final class Resampler implements AutoCloseable {
  /**
   * Length of the low-pass filter, in samples of the lower of the two rates. With {@link #CUTOFF}
   * and FFmpeg's Kaiser window, it passes 7.3 of 8 kHz within 0.1 dB and attenuates aliases to
   * below -90 dB; FFmpeg's defaults 32 and 0.97 attenuate them to -12 dB. Clips shorter than half
   * of the filter, 4 ms, give no samples.
   */
  private static final int FILTER_SIZE = 128;

  /** The frequency at which the filter is at -6 dB, as a share of half the lower rate. */
  private static final double CUTOFF = 0.95;

  /** Films with five channels or more have their dialogue in the front centre. */
  private static final int SURROUND_CHANNELS = 5;

  private final int channels;
  private final double[] weights; // of each channel
  private final int sampleFormat;
  private final int sampleRate;
  private final SwrContext context = new SwrContext();

  /**
   * Creates a resampler for frames of this frame's format.
   *
   * @param channel the only channel that is used, one of the frame's; absent for the default
   */
  Resampler(AVFrame frame, OptionalInt channel) {
    channels = frame.ch_layout().nb_channels();
    weights = weights(frame.ch_layout(), channel);
    sampleFormat = frame.format();
    sampleRate = frame.sample_rate();
  }

  private static double[] weights(AVChannelLayout layout, OptionalInt channel) {
    int channels = layout.nb_channels();
    double[] weights = new double[channels];
    int centre = av_channel_layout_index_from_channel(layout, AV_CHAN_FRONT_CENTER);
    if (channel.isPresent()) {
      weights[channel.getAsInt()] = 1;
    } else if (channels >= SURROUND_CHANNELS && centre >= 0) {
      weights[centre] = 1;
    } else {
      Arrays.fill(weights, 1.0 / channels);
    }
    return weights;
  }

  /** Opens FFmpeg's resampler; returns a negative FFmpeg code if that fails. Must run first. */
  int open() {
    try (AVChannelLayout mono = new AVChannelLayout();
        AVChannelLayout source = new AVChannelLayout()) {
      av_channel_layout_default(mono, 1);
      av_channel_layout_default(source, channels);
      int code =
          swr_alloc_set_opts2(
              context,
              mono,
              AV_SAMPLE_FMT_FLT,
              Waveform.SAMPLE_RATE,
              source,
              sampleFormat,
              sampleRate,
              0,
              null);
      if (code < 0) {
        return code;
      }
      av_opt_set_int(context, "internal_sample_fmt", AV_SAMPLE_FMT_FLTP, 0);
      av_opt_set_int(context, "filter_size", FILTER_SIZE, 0);
      av_opt_set_double(context, "cutoff", CUTOFF, 0);
      if (channels > 1) { // FFmpeg's own mix of stereo is (L + R) / sqrt(2), which can clip
        swr_set_matrix(context, weights, channels);
      }
      return swr_init(context);
    }
  }

  /** Returns whether the frame has the format of this resampler. */
  boolean takes(AVFrame frame) {
    return frame.ch_layout().nb_channels() == channels
        && frame.format() == sampleFormat
        && frame.sample_rate() == sampleRate;
  }

  /** Returns the samples that are complete after this frame; the filter delays a few. */
  float[] resample(AVFrame frame) {
    return convert(frame.extended_data(), frame.nb_samples());
  }

  /** Returns the samples that the filter delayed. */
  float[] finish() {
    return convert(null, 0);
  }

  private float[] convert(PointerPointer<?> frames, int count) {
    int room = swr_get_out_samples(context, count);
    try (FloatPointer out = new FloatPointer(room);
        PointerPointer<FloatPointer> planes = new PointerPointer<>(1)) {
      planes.put(0, out);
      int converted = swr_convert(context, planes, room, frames, count);
      if (converted < 0) {
        throw new IllegalStateException("cannot resample: " + AudioDecoder.reason(converted));
      }
      float[] samples = new float[converted];
      out.get(samples);
      return samples;
    }
  }

  @Override
  public void close() {
    swr_free(context);
  }
}
