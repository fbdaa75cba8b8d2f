package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_PROP_LOSSY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_descriptor_get;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_flush_buffers;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.AVFMT_DURATION_FROM_BITRATE;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_BACKWARD;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_seek_frame;
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
import java.util.OptionalLong;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/** Reads the decoded frames of the audio track of a file by FFmpeg; owns the native memory. */
final class FrameReader implements AutoCloseable {
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
  private final AVFormatContext format = avformat_alloc_context();
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();
  private AVCodecContext codec = new AVCodecContext(null);
  private AVStream stream;
  private double durationScale = 1;
  private int read; // the last result of FFmpeg's reading; negative after the last packet
  private int damage; // the last error code of the decoder; 0 without an error

  /**
   * Opens a file at its start.
   *
   * @throws IOException if the file is not audio
   */
  FrameReader(Path file) throws IOException {
    this.file = file;
    try {
      open();
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void open() throws IOException {
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
    stream = format.streams(index);
    AVCodecParameters parameters = stream.codecpar();
    durationScale = PcmContainer.widen(parameters);
    if (durationScale != 1) {
      decoder = avcodec_find_decoder(parameters.codec_id());
    }
    codec = avcodec_alloc_context3(decoder);
    check(avcodec_parameters_to_context(codec, parameters), "cannot be decoded");
    codec.pkt_timebase(stream.time_base()); // required to cut off the encoder's padding
    check(avcodec_open2(codec, decoder, (AVDictionary) null), "cannot be decoded");
  }

  /** Returns the next frame, valid until the next call; null after the last one. */
  AVFrame next() {
    while (true) {
      int code = avcodec_receive_frame(codec, frame);
      if (code >= 0) {
        return frame;
      }
      // Continues after damage: tags behind the last frame of an MP3 are "invalid data" too.
      noteDamage(code);
      if (read < 0) {
        return null;
      }
      do {
        av_packet_unref(packet);
        read = av_read_frame(format, packet);
      } while (read >= 0 && packet.stream_index() != stream.index());
      // A null packet flushes the decoder.
      noteDamage(avcodec_send_packet(codec, read >= 0 ? packet : new AVPacket(null)));
    }
  }

  private void noteDamage(int code) {
    if (code < 0 && code != AVERROR_EAGAIN() && code != AVERROR_EOF()) {
      damage = code;
    }
  }

  /** Returns the time of a frame in units of the stream; empty if the file does not state it. */
  OptionalLong time(AVFrame of) {
    return of.pts() == AV_NOPTS_VALUE ? OptionalLong.empty() : OptionalLong.of(of.pts());
  }

  /** Returns a number of samples of this rate in the stream's units of time. */
  long units(long samples, int rate) {
    return Math.round(samples / (rate * av_q2d(stream.time_base())));
  }

  /** Returns the number of samples of this rate in a time, in the stream's units. */
  long samples(long units, int rate) {
    return Math.round(units * av_q2d(stream.time_base()) * rate);
  }

  /**
   * Moves to the last point at or before a time from which the file can be decoded.
   *
   * @param time in the stream's units
   * @return whether FFmpeg could move there
   */
  boolean seek(long time) {
    if (av_seek_frame(format, stream.index(), time, AVSEEK_FLAG_BACKWARD) < 0) {
      return false;
    }
    avcodec_flush_buffers(codec);
    read = 0;
    return true;
  }

  AVCodecParameters parameters() {
    return stream.codecpar();
  }

  String formatName() {
    return format.iformat().name().getString();
  }

  boolean isLossy() {
    return (avcodec_descriptor_get(parameters().codec_id()).props() & AV_CODEC_PROP_LOSSY) != 0;
  }

  /** Returns whether the last packet was read without an error. */
  boolean endedWell() {
    return read == AVERROR_EOF();
  }

  boolean isDamaged() {
    return damage != 0;
  }

  /** Returns the reason of the damage in brackets; empty without damage. */
  String damage() {
    return damage != 0 ? " (" + reason(damage) + ")" : "";
  }

  /** Returns the duration that the header states, 0 if it states none. */
  double statedSeconds() throws IOException {
    if (format.duration_estimation_method() == AVFMT_DURATION_FROM_BITRATE) {
      // FFmpeg estimated it from the size of the file: the WAV header has no size, or one too
      // large.
      OptionalLong bytes = WavHeader.dataBytes(file);
      return bytes.isPresent() ? 8.0 * bytes.getAsLong() / parameters().bit_rate() : 0;
    }
    boolean stated =
        stream.duration() != AV_NOPTS_VALUE && FORMATS_WITH_LENGTH.contains(formatName());
    return stated ? stream.duration() * av_q2d(stream.time_base()) * durationScale : 0;
  }

  void check(int code, String problem) throws IOException {
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
    av_frame_free(frame);
    av_packet_free(packet);
    avcodec_free_context(codec);
    avformat_close_input(format);
  }
}
