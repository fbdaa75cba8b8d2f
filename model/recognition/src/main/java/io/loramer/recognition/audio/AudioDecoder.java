package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_PROP_LOSSY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_descriptor_get;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.AVFMT_DURATION_FROM_BITRATE;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_STREAM_NOT_FOUND;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AV_ERROR_MAX_STRING_SIZE;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_q2d;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/** Decodes one audio file by FFmpeg; owns the native memory. */
final class AudioDecoder implements AutoCloseable {
  /**
   * The difference allowed between the stated and the decoded length of a lossy file: some
   * containers count the encoder's padding, at most a few frames of 2048 samples.
   */
  private static final double LOSSY_TOLERANCE_SECONDS = 0.5;

  /** Covers the error of programs that write the size of the file for that of the data. */
  private static final double LOSSLESS_TOLERANCE_SECONDS = 0.01;

  /**
   * Formats, by FFmpeg's names, whose header states the length of the audio. For others, FFmpeg
   * returns the length of the whole film, or that found at the end of the file.
   */
  private static final Set<String> FORMATS_WITH_LENGTH =
      Set.of("wav", "w64", "aiff", "flac", "mp3", "mov,mp4,m4a,3gp,3g2,mj2");

  /**
   * Formats, by FFmpeg's names, that contain their audio. Others, playlists such as HLS, name files
   * on this machine or on others, which FFmpeg would open.
   */
  private static final String FORMATS =
      "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,gsm,ircam,loas,"
          + "matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nut,ogg,oma,pvf,rm,sox,tak,"
          + "truehd,tta,voc,w64,wav,wv,xwma";

  static {
    // Exceptions report the errors, which FFmpeg would also write to stderr.
    av_log_set_level(AV_LOG_QUIET);
  }

  private final Path file;
  private final OptionalInt channel;
  private final AVFormatContext format = avformat_alloc_context();
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();
  private AVCodecContext codec = new AVCodecContext(null);
  private Resampler resampler; // null before the first frame

  private float[] samples = new float[Waveform.SAMPLE_RATE];
  private int count;
  private double decodedSeconds;
  private int damage; // the last error code of the decoder; 0 without an error

  /**
   * Creates a decoder.
   *
   * @param channel the only channel that is used, from 0; absent for the mean of the channels, or
   *     the front centre
   */
  AudioDecoder(Path file, OptionalInt channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Decodes the file from its start.
   *
   * @param limit the number of samples after which decoding stops
   * @return 16 kHz mono; at most one packet more than {@code limit} samples
   * @throws IOException if the file is not audio, or is shorter than its header states
   */
  float[] decode(int limit) throws IOException {
    AVStream stream = open();
    int read = 0;
    while (count < limit && (read = av_read_frame(format, packet)) >= 0) {
      if (packet.stream_index() == stream.index()) {
        decode(packet);
      }
      av_packet_unref(packet);
    }
    if (read < 0) { // the end of the file, or damage
      decode(new AVPacket(null));
      finishResampling();
      requireAll(stream, read);
    }
    return Arrays.copyOf(samples, count);
  }

  private AVStream open() throws IOException {
    format.max_probe_packets(1); // else FFmpeg searches a WAV for DTS, for up to 20 ms
    // The prefix keeps FFmpeg from taking "a:b.wav" for a protocol named "a".
    String url = "file:" + file.toAbsolutePath();
    AVDictionary options = new AVDictionary(null);
    try (BytePointer utf8 = new BytePointer(url, StandardCharsets.UTF_8)) {
      av_dict_set(options, "format_whitelist", FORMATS, 0);
      check(avformat_open_input(format, utf8, null, options), "is not audio");
    } finally {
      av_dict_free(options);
    }
    check(avformat_find_stream_info(format, (AVDictionary) null), "is not audio");
    AVCodec decoder = new AVCodec(null);
    int index = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, decoder, 0);
    check(index, index == AVERROR_STREAM_NOT_FOUND ? "has no sound track" : "cannot be decoded");
    AVStream stream = format.streams(index);
    codec = avcodec_alloc_context3(decoder);
    check(avcodec_parameters_to_context(codec, stream.codecpar()), "cannot be decoded");
    codec.pkt_timebase(stream.time_base()); // required to cut off the encoder's padding
    check(avcodec_open2(codec, decoder, (AVDictionary) null), "cannot be decoded");
    return stream;
  }

  /** Decodes a packet; a null one flushes the decoder. */
  private void decode(AVPacket next) throws IOException {
    int code = avcodec_send_packet(codec, next);
    while (code >= 0 && (code = avcodec_receive_frame(codec, frame)) >= 0) {
      decodedSeconds += (double) frame.nb_samples() / frame.sample_rate();
      if (resampler != null && !resampler.takes(frame)) {
        finishResampling();
      }
      if (resampler == null) {
        requireChannel(frame.ch_layout().nb_channels());
        resampler = new Resampler(frame, channel);
        check(resampler.open(), "cannot be resampled");
      }
      append(resampler.resample(frame));
    }
    if (code != AVERROR_EAGAIN() && code != AVERROR_EOF()) {
      damage = code; // continues: tags behind the last frame of an MP3 are "invalid data" too
    }
  }

  private void requireChannel(int channels) throws IOException {
    if (channel.isPresent() && channel.getAsInt() >= channels) {
      throw new IOException(
          "%s: expected a channel from 0 to %d, found channel %d"
              .formatted(file, channels - 1, channel.getAsInt()));
    }
  }

  private void finishResampling() {
    if (resampler != null) {
      append(resampler.finish());
      resampler.close();
      resampler = null;
    }
  }

  private void append(float[] more) {
    if (count + more.length > samples.length) {
      samples = Arrays.copyOf(samples, Math.max(2 * samples.length, count + more.length));
    }
    System.arraycopy(more, 0, samples, count, more.length);
    count += more.length;
  }

  private void requireAll(AVStream stream, int read) throws IOException {
    boolean lossy =
        (avcodec_descriptor_get(stream.codecpar().codec_id()).props() & AV_CODEC_PROP_LOSSY) != 0;
    double tolerance = lossy ? LOSSY_TOLERANCE_SECONDS : LOSSLESS_TOLERANCE_SECONDS;
    double announced = announcedSeconds(stream);
    boolean empty = count == 0 && damage != 0;
    if (read != AVERROR_EOF() || empty || announced - decodedSeconds > tolerance) {
      throw new IOException(
          file
              + ": breaks off or is damaged: decoded "
              + seconds(decodedSeconds)
              + (announced > 0 ? " of " + seconds(announced) : "")
              + (damage != 0 ? " (" + reason(damage) + ")" : ""));
    }
  }

  /** Returns the duration that the header states, 0 if it states none. */
  private double announcedSeconds(AVStream stream) throws IOException {
    if (format.duration_estimation_method() == AVFMT_DURATION_FROM_BITRATE) {
      // FFmpeg estimated it from the size of the file: the WAV header has no size, or one too
      // large.
      OptionalLong bytes = WavHeader.dataBytes(file);
      return bytes.isPresent() ? 8.0 * bytes.getAsLong() / stream.codecpar().bit_rate() : 0;
    }
    boolean stated =
        stream.duration() != AV_NOPTS_VALUE
            && FORMATS_WITH_LENGTH.contains(format.iformat().name().getString());
    return stated ? stream.duration() * av_q2d(stream.time_base()) : 0;
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f s", seconds);
  }

  private void check(int code, String problem) throws IOException {
    if (code < 0) {
      throw new IOException("%s: %s (%s)".formatted(file, problem, reason(code)));
    }
  }

  /** Returns FFmpeg's message for an error code. */
  static String reason(int code) {
    try (BytePointer text = new BytePointer(AV_ERROR_MAX_STRING_SIZE)) {
      av_strerror(code, text, AV_ERROR_MAX_STRING_SIZE);
      return text.limit(BytePointer.strlen(text)).getString();
    }
  }

  @Override
  public void close() {
    if (resampler != null) {
      resampler.close();
    }
    av_frame_free(frame);
    av_packet_free(packet);
    avcodec_free_context(codec);
    avformat_close_input(format);
  }
}
