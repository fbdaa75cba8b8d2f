package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_ALAC;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_FLAC;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MP3;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_OPUS;
import static org.bytedeco.ffmpeg.global.avcodec.av_get_exact_bits_per_sample;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** Decodes an audio file to blocks of samples at 16 kHz; owns the native memory. */
final class AudioDecoder implements AutoCloseable {
  /**
   * The difference allowed between the stated and the decoded length of a lossy file: some
   * containers count the encoder's padding, at most a few frames of 2048 samples.
   */
  private static final double LOSSY_TOLERANCE_SECONDS = 0.5;

  /** Covers the error of programs that write the size of the file for that of the data. */
  private static final double LOSSLESS_TOLERANCE_SECONDS = 0.01;

  /**
   * Decoded and dropped before a part of a lossy file: an MP3 frame of 8 kbit/s refers to data of
   * up to a second before it, and the filter banks of all lossy codecs overlap.
   */
  private static final int LOSSY_WARM_UP_SECONDS = 2;

  /** Resampled and dropped before a part: more than the length of the low-pass filter. */
  private static final int FILTER_WARM_UP = Waveform.SAMPLE_RATE / 4;

  /** Formats, by FFmpeg's names, whose times after a move are exact to the sample. */
  private static final Set<String> EXACT_FORMATS =
      Set.of("wav", "w64", "aiff", "flac", "mp3", "ogg", "mov,mp4,m4a,3gp,3g2,mj2");

  /**
   * Codecs that give the same samples after a move, as all PCM does; Opus to 1e-5. AAC does not,
   * since it draws random noise for some frequencies, nor Vorbis, since FFmpeg's times are then
   * wrong by the difference of two block sizes.
   */
  private static final Set<Integer> EXACT_CODECS =
      Set.of(AV_CODEC_ID_FLAC, AV_CODEC_ID_ALAC, AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS);

  private final Path file;
  private final ChannelMix mix;
  private final FrameReader frames;
  private final Queue<float[][]> ready = new ArrayDeque<>();
  private Resampler resampler; // null before the first frame
  private boolean ended;
  private boolean moved;
  private long position; // at 16 kHz, of the first sample of the next block
  private double decodedSeconds;

  /**
   * Opens a file at its start.
   *
   * @throws IOException if the file is not audio
   */
  AudioDecoder(Path file, ChannelMix mix) throws IOException {
    this.file = file;
    this.mix = mix;
    frames = new FrameReader(file);
    try {
      ended = frames.formatName().equals("wav") && WavHeader.statesNoSamples(file);
    } catch (IOException | RuntimeException | Error e) {
      frames.close();
      throw e;
    }
  }

  /**
   * Opens a file at or before a sample, as near to it as the format allows.
   *
   * @param sample at 16 kHz
   * @throws IOException if the file is not audio
   */
  static AudioDecoder at(long sample, Path file, ChannelMix mix) throws IOException {
    AudioDecoder decoder = new AudioDecoder(file, mix);
    try {
      if (sample <= FILTER_WARM_UP || decoder.ended || decoder.moveTo(sample)) {
        return decoder;
      }
    } catch (IOException | RuntimeException | Error e) {
      decoder.close();
      throw e;
    }
    decoder.close();
    return new AudioDecoder(file, mix);
  }

  private boolean isExact() {
    AVCodecParameters parameters = frames.parameters();
    int bits = av_get_exact_bits_per_sample(parameters.codec_id()); // 0 for other than PCM
    long bytesPerSecond = (long) parameters.block_align() * parameters.sample_rate();
    boolean exactCodec =
        bits > 0
            ? parameters.bit_rate() == 8 * bytesPerSecond // FFmpeg divides the bytes by it
            : EXACT_CODECS.contains(parameters.codec_id());
    return exactCodec && EXACT_FORMATS.contains(frames.formatName());
  }

  /**
   * Moves near a sample, where the format allows it, drops the frames before the sample, and gives
   * the resampler its first frame.
   *
   * <p>The resampler starts where an input and an output sample coincide, so its phases are those
   * of a file that is decoded from the start.
   *
   * @return whether the next samples are known to be the same as those of the whole file; if not,
   *     this decoder cannot be used
   */
  private boolean moveTo(long sample) throws IOException {
    AVFrame frame = frames.next();
    if (frame == null) {
      return false;
    }
    int rate = frame.sample_rate();
    int common = BigInteger.valueOf(rate).gcd(BigInteger.valueOf(Waveform.SAMPLE_RATE)).intValue();
    long periods = (sample - FILTER_WARM_UP) / (Waveform.SAMPLE_RATE / common);
    long first = periods * (rate / common); // at the file's rate
    long from = first - (frames.isLossy() ? (long) LOSSY_WARM_UP_SECONDS * rate : 0);
    OptionalLong start = frames.time(frame);
    moved = from > frame.nb_samples() && start.isPresent() && isExact();
    if (moved) {
      if (!frames.seek(start.getAsLong() + frames.units(from, rate))) {
        return false;
      }
      frame = frames.next();
    }
    long index = 0;
    for (; frame != null && frame.sample_rate() == rate; frame = frames.next()) {
      OptionalLong time = frames.time(frame);
      if (moved && time.isEmpty()) {
        continue;
      }
      index = moved ? frames.samples(time.getAsLong() - start.getAsLong(), rate) : index;
      if (index > first) {
        return false;
      }
      if (index + frame.nb_samples() > first) {
        position = periods * (Waveform.SAMPLE_RATE / common);
        decodedSeconds = (double) index / rate;
        add(frame, (int) (first - index));
        return true;
      }
      index += frame.nb_samples();
    }
    return false;
  }

  /** Returns whether the usual signal is the front centre, not the mean of all channels. */
  boolean isSurround() {
    return ChannelMix.isSurround(frames.parameters().ch_layout());
  }

  /** Returns whether the frames before the first block were not all decoded. */
  boolean hasMoved() {
    return moved;
  }

  /** Returns the position of the next block in the file, at 16 kHz. */
  long position() {
    return position;
  }

  /**
   * Returns the next block; null after the last one.
   *
   * @return [signals][samples]
   * @throws IOException if the file is damaged, or shorter than its header states
   */
  float[][] next() throws IOException {
    while (ready.isEmpty() && !ended) {
      AVFrame frame = frames.next();
      if (frame != null) {
        add(frame, 0);
      } else {
        ended = true;
        finishResampling();
        requireAll();
      }
    }
    float[][] block = ready.poll();
    if (block != null) {
      position += block[0].length;
    }
    return block;
  }

  private void add(AVFrame frame, int from) throws IOException {
    decodedSeconds += (double) frame.nb_samples() / frame.sample_rate();
    if (resampler != null && !resampler.takes(frame)) {
      finishResampling();
    }
    if (resampler == null) {
      try {
        resampler = new Resampler(frame, mix);
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
      frames.check(resampler.open(), "cannot be resampled");
    }
    ready.add(resampler.resample(frame, from));
  }

  private void finishResampling() {
    if (resampler != null) {
      ready.add(resampler.finish());
      resampler.close();
      resampler = null;
    }
  }

  private void requireAll() throws IOException {
    double tolerance = frames.isLossy() ? LOSSY_TOLERANCE_SECONDS : LOSSLESS_TOLERANCE_SECONDS;
    double stated = frames.statedSeconds();
    boolean empty = decodedSeconds == 0 && frames.isDamaged();
    if (!frames.endedWell() || empty || stated - decodedSeconds > tolerance) {
      throw new IOException(
          file
              + ": breaks off or is damaged: decoded "
              + seconds(decodedSeconds)
              + (stated > 0 ? " of " + seconds(stated) : "")
              + frames.damage());
    }
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }

  @Override
  public void close() {
    if (resampler != null) {
      resampler.close();
    }
    frames.close();
  }
}
