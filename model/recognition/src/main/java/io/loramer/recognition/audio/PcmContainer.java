package io.loramer.recognition.audio;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_F16LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_F24LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_F32LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_F64LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S16BE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S16LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S24BE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S24LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S32BE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S32LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S64BE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S64LE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_U8;
import static org.bytedeco.ffmpeg.global.avcodec.av_get_bits_per_sample;

import java.util.Map;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;

/**
 * The width of the container of a PCM sample.
 *
 * <p>A sample of 20 or 24 valid bits often lies in a container of 32 bits, at its upper end. FFmpeg
 * chooses the sample format by the valid bits; the container's width, block align / channels, tells
 * where the samples lie.
 */
final class PcmContainer {
  private static final Map<Integer, Integer> LITTLE_ENDIAN =
      Map.of(
          2, AV_CODEC_ID_PCM_S16LE,
          3, AV_CODEC_ID_PCM_S24LE,
          4, AV_CODEC_ID_PCM_S32LE,
          8, AV_CODEC_ID_PCM_S64LE);

  /** FFmpeg takes 16 or 24 bits in containers of 32 for the floats of an editor of 1999. */
  private static final Set<Integer> FLOATS_OF_1999 =
      Set.of(AV_CODEC_ID_PCM_F16LE, AV_CODEC_ID_PCM_F24LE);

  private static final Map<Integer, Integer> BIG_ENDIAN =
      Map.of(
          2, AV_CODEC_ID_PCM_S16BE,
          3, AV_CODEC_ID_PCM_S24BE,
          4, AV_CODEC_ID_PCM_S32BE,
          8, AV_CODEC_ID_PCM_S64BE);
  private static final Map<Integer, Integer> FLOAT =
      Map.of(4, AV_CODEC_ID_PCM_F32LE, 8, AV_CODEC_ID_PCM_F64LE);

  private PcmContainer() {}

  /**
   * Changes the codec to that of the container's width, if the container is wider than the samples
   * that FFmpeg would read.
   *
   * @return the factor of the duration: the old width divided by the new one; 1 without a change
   */
  static double widen(AVCodecParameters parameters) {
    int channels = parameters.ch_layout().nb_channels();
    int block = parameters.block_align();
    int bits = bits(parameters);
    if (channels < 1 || block % channels != 0 || 8 * (block / channels) <= bits) {
      return 1;
    }
    Integer wider = sameKind(parameters.codec_id()).get(block / channels);
    if (wider == null) {
      return 1;
    }
    parameters.codec_id(wider);
    parameters.bits_per_coded_sample(8 * (block / channels));
    return (double) bits / parameters.bits_per_coded_sample();
  }

  /** Returns the width by which FFmpeg computed the duration; 0 for other than PCM. */
  private static int bits(AVCodecParameters parameters) {
    return FLOATS_OF_1999.contains(parameters.codec_id())
        ? parameters.bits_per_coded_sample()
        : av_get_bits_per_sample(parameters.codec_id());
  }

  /** Returns the codecs of the same kind by their width in bytes; none for other than PCM. */
  private static Map<Integer, Integer> sameKind(int codec) {
    if (codec == AV_CODEC_ID_PCM_U8 // 8 valid bits in a wider container
        || FLOATS_OF_1999.contains(codec)
        || LITTLE_ENDIAN.containsValue(codec)) {
      return LITTLE_ENDIAN;
    }
    if (BIG_ENDIAN.containsValue(codec)) {
      return BIG_ENDIAN;
    }
    return codec == AV_CODEC_ID_PCM_F32LE ? FLOAT : Map.of();
  }
}
