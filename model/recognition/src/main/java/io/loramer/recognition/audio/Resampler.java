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
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Turns decoded frames of one format into the samples of a {@link Waveform}: the mean of the
 * channels, of surround sound the front centre, low-passed and resampled to 16 kHz.
 *
 * <p>What is 16 kHz mono already is scaled and nothing else: 16-bit samples become exactly {@code s
 * / 32768f}.
 */
final class Resampler implements AutoCloseable {
  /**
   * Length of the low-pass filter, in samples of the lower of the two rates. With {@link #CUTOFF}
   * and FFmpeg's Kaiser window, it passes 7.3 of 8 kHz within 0.1 dB and holds what would alias
   * below -90 dB; FFmpeg's own 32 and 0.97 let -12 dB through. Clips shorter than half of it, 4 ms,
   * come out empty.
   */
  private static final int FILTER_SIZE = 128;

  /** Where the filter is at -6 dB, as a part of half the lower rate. */
  private static final double CUTOFF = 0.95;

  /** Films of five channels and more have their dialogue in the centre, and the rest elsewhere. */
  private static final int SURROUND_CHANNELS = 5;

  private final int channels;
  private final double[] weights; // of each channel
  private final int sampleFormat;
  private final int sampleRate;
  private final SwrContext context = new SwrContext();

  /** For frames of this frame's format. */
  Resampler(AVFrame frame) {
    channels = frame.ch_layout().nb_channels();
    weights = weights(frame.ch_layout());
    sampleFormat = frame.format();
    sampleRate = frame.sample_rate();
  }

  private static double[] weights(AVChannelLayout layout) {
    int channels = layout.nb_channels();
    double[] weights = new double[channels];
    int centre = av_channel_layout_index_from_channel(layout, AV_CHAN_FRONT_CENTER);
    if (channels >= SURROUND_CHANNELS && centre >= 0) {
      weights[centre] = 1;
    } else {
      Arrays.fill(weights, 1.0 / channels);
    }
    return weights;
  }

  /** Must run first; returns a negative FFmpeg code if the format cannot be resampled. */
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

  /** Tells whether the frame has the format that this resampler was made for. */
  boolean takes(AVFrame frame) {
    return frame.ch_layout().nb_channels() == channels
        && frame.format() == sampleFormat
        && frame.sample_rate() == sampleRate;
  }

  /** Returns the samples that are ready after this frame; the filter holds back a few. */
  float[] resample(AVFrame frame) {
    return convert(frame.extended_data(), frame.nb_samples());
  }

  /** Returns the samples that the filter still holds. */
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
