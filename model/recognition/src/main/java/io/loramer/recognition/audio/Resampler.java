package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLTP;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_default;
import static org.bytedeco.ffmpeg.global.avutil.av_get_bytes_per_sample;
import static org.bytedeco.ffmpeg.global.avutil.av_opt_set_double;
import static org.bytedeco.ffmpeg.global.avutil.av_opt_set_int;
import static org.bytedeco.ffmpeg.global.avutil.av_sample_fmt_is_planar;
import static org.bytedeco.ffmpeg.global.swresample.swr_alloc_set_opts2;
import static org.bytedeco.ffmpeg.global.swresample.swr_convert;
import static org.bytedeco.ffmpeg.global.swresample.swr_free;
import static org.bytedeco.ffmpeg.global.swresample.swr_get_out_samples;
import static org.bytedeco.ffmpeg.global.swresample.swr_init;
import static org.bytedeco.ffmpeg.global.swresample.swr_set_matrix;

import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Converts decoded frames of one format to signals at 16 kHz: the channels are mixed, low-pass
 * filtered and resampled.
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

  private final double[][] weights; // [signals][channels]
  private final int channels;
  private final int sampleFormat;
  private final int sampleRate;
  private final SwrContext context = new SwrContext();

  /** Creates a resampler for frames of this frame's format. */
  Resampler(AVFrame frame, ChannelMix mix) {
    weights = mix.weights(frame.ch_layout());
    channels = frame.ch_layout().nb_channels();
    sampleFormat = frame.format();
    sampleRate = frame.sample_rate();
  }

  /** Opens FFmpeg's resampler; returns a negative FFmpeg code if that fails. Must run first. */
  int open() {
    try (AVChannelLayout signals = new AVChannelLayout();
        AVChannelLayout source = new AVChannelLayout()) {
      av_channel_layout_default(signals, weights.length);
      av_channel_layout_default(source, channels);
      int code =
          swr_alloc_set_opts2(
              context,
              signals,
              AV_SAMPLE_FMT_FLTP,
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
      // FFmpeg's own mix of stereo is (L + R) / sqrt(2), which can clip.
      if (channels > 1 || weights.length > 1) {
        double[] matrix = Stream.of(weights).flatMapToDouble(DoubleStream::of).toArray();
        swr_set_matrix(context, matrix, channels);
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

  /**
   * Returns the samples that are complete after this frame; the filter delays a few.
   *
   * @param from the first sample of the frame to use
   * @return [signals][samples]
   */
  float[][] resample(AVFrame frame, int from) {
    int planes = av_sample_fmt_is_planar(sampleFormat) == 1 ? channels : 1;
    long offset =
        (long) from * av_get_bytes_per_sample(sampleFormat) * (planes == 1 ? channels : 1);
    try (PointerPointer<BytePointer> used = new PointerPointer<>(planes)) {
      for (int plane = 0; plane < planes; plane++) {
        BytePointer samples = frame.extended_data(plane);
        used.put(plane, samples.getPointer(offset));
      }
      return convert(used, frame.nb_samples() - from);
    }
  }

  /** Returns the samples that the filter delayed. */
  float[][] finish() {
    return convert(null, 0);
  }

  private float[][] convert(PointerPointer<BytePointer> frames, int count) {
    int room = swr_get_out_samples(context, count);
    try (FloatPointer out = new FloatPointer((long) weights.length * room);
        PointerPointer<FloatPointer> planes = new PointerPointer<>(weights.length)) {
      for (int signal = 0; signal < weights.length; signal++) {
        planes.put(signal, out.getPointer((long) signal * room));
      }
      int converted = swr_convert(context, planes, room, frames, count);
      if (converted < 0) {
        throw new IllegalStateException("cannot resample: " + FrameReader.reason(converted));
      }
      float[][] samples = new float[weights.length][converted];
      for (int signal = 0; signal < weights.length; signal++) {
        out.getPointer((long) signal * room).get(samples[signal]);
      }
      return samples;
    }
  }

  @Override
  public void close() {
    swr_free(context);
  }
}
